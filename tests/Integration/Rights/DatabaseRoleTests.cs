using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Operating;
using Npgsql;

namespace KkiaEvents.Tests.Integration.Rights;

/// <summary>What each login of the ledger may do, and what PostgreSQL refuses it. The flow itself runs with these logins in every other test.</summary>
public sealed class DatabaseRoleTests(Operators system) : IClassFixture<Operators>
{
    private static readonly string[] EventTables = ["mt_events", "mt_streams", "mt_streams_identity"];

    [Fact]
    public async Task The_services_can_neither_change_nor_delete_an_event()
    {
        await PaidAsync();
        foreach (var login in new[] { system.Ledger.Processor, system.Ledger.Console })
        {
            await RefusedAsync(login, "update kkiaevents.mt_events set data = data");
            await RefusedAsync(login, "update kkiaevents.mt_events set is_archived = true");
            await RefusedAsync(login, "update kkiaevents.mt_streams set id = id || 'x'");
            await RefusedAsync(login, "update kkiaevents.mt_streams set is_archived = true");
            await RefusedAsync(login, "update kkiaevents.mt_streams_identity set id = id");
            await RefusedAsync(login, "select setval('kkiaevents.mt_events_sequence', 1)");
            foreach (var table in EventTables)
            {
                await RefusedAsync(login, $"delete from kkiaevents.{table}");
                await RefusedAsync(login, $"truncate kkiaevents.{table} cascade");
            }
        }
    }

    [Fact]
    public async Task The_services_can_change_nothing_of_the_schema()
    {
        foreach (var login in new[] { system.Ledger.Processor, system.Ledger.Console, system.Ledger.Auditor })
        {
            await RefusedAsync(login, "create table kkiaevents.mine (id int)");
            await RefusedAsync(login, "create schema mine");
            await RefusedAsync(login, "alter table kkiaevents.mt_events disable trigger guard_events_rows");
            await RefusedAsync(login, "drop trigger guard_events_rows on kkiaevents.mt_events");
            await RefusedAsync(login, "create or replace function kkiaevents.guard_events() returns trigger language plpgsql as 'begin return new; end'");
            await RefusedAsync(login, "drop table kkiaevents.deliveries");
            await RefusedAsync(login, "create role mine");
            await RefusedAsync(login, $"set role \"{system.Ledger.RoleOf(LedgerRole.Eraser)}\"");
        }
    }

    [Fact]
    public async Task A_delivery_can_be_stamped_and_not_forged_into_another()
    {
        await PaidAsync();
        await RefusedAsync(system.Ledger.Processor, "update kkiaevents.deliveries set event_id = gen_random_uuid()");
        await RefusedAsync(system.Ledger.Processor, "update kkiaevents.deliveries set transaction_id = 'other'");
        await RefusedAsync(system.Ledger.Processor, "delete from kkiaevents.deliveries");
        await RefusedAsync(system.Ledger.Processor, "delete from kkiaevents.mt_doc_order");
    }

    [Fact]
    public async Task Only_the_Console_sees_and_makes_keys()
    {
        foreach (var login in new[] { system.Ledger.Processor, system.Ledger.Auditor })
        {
            await RefusedAsync(login, "select data from kkiaevents.mt_doc_apikey");
            await RefusedAsync(login, "insert into kkiaevents.mt_doc_apikey (id, data) values ('mine', '{}')");
            await RefusedAsync(login, "update kkiaevents.mt_doc_apikeyuse set data = data");
        }

        Assert.NotEqual(0, await CountAsync(system.Ledger.Console, "select count(*) from kkiaevents.mt_doc_apikey"));
    }

    [Theory]
    [InlineData("mt_events")]
    [InlineData("mt_streams")]
    [InlineData("mt_streams_identity")]
    [InlineData("mt_doc_payment")]
    [InlineData("mt_doc_order")]
    [InlineData("deliveries")]
    [InlineData("due")]
    public async Task An_auditor_reads_what_is_audited_and_writes_nothing(string table)
    {
        await CountAsync(system.Ledger.Auditor, $"select count(*) from kkiaevents.{table}");
        var column = await system.ReadAsync<string>(
            $"select column_name::text from information_schema.columns where table_schema = 'kkiaevents' and table_name = '{table}' order by ordinal_position limit 1");
        await RefusedAsync(system.Ledger.Auditor, $"update kkiaevents.{table} set {column} = {column}");
        await RefusedAsync(system.Ledger.Auditor, $"insert into kkiaevents.{table} default values");
        await RefusedAsync(system.Ledger.Auditor, $"delete from kkiaevents.{table}");
        await RefusedAsync(system.Ledger.Auditor, $"truncate kkiaevents.{table} cascade");
        await RefusedAsync(system.Ledger.Auditor, $"select * from kkiaevents.{table} for update");
    }

    [Fact]
    public async Task Kkia_audits_with_the_auditors_login_and_acts_with_none()
    {
        var id = await PaidAsync();
        Task<KkiaRun> Kkia(params string[] args) => system.KkiaAsync(new() { ["ConnectionStrings:Ledger"] = system.Ledger.Auditor }, args);

        Assert.Contains(id, (await Kkia("show", id, "--json")).Json.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(id, (await Kkia("list", "--json")).Json.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, (await Kkia("as-of", DateTimeOffset.UtcNow.ToString("O"), id)).Code);
        Assert.Equal(0, (await Kkia("rederive")).Code);
        var folder = Path.Combine(Path.GetTempPath(), $"kkiaevents-export-{Guid.NewGuid():n}");
        try
        {
            var export = await Kkia("export", folder);
            Assert.True(export.Code == 0, export.Error + export.Output);
            Assert.Equal(0, (await Kkia("verify-export", folder)).Code);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }

        var refused = await Kkia("keys", "create", "mine", "admin");
        Assert.NotEqual(0, refused.Code);
        Assert.Contains("permission denied", refused.Error, StringComparison.Ordinal);
    }

    private async Task<string> PaidAsync()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
        return id;
    }

    private static async Task RefusedAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        var refused = await Assert.ThrowsAsync<PostgresException>(async () => await command.ExecuteNonQueryAsync());
        Assert.True(refused.SqlState == PostgresErrorCodes.InsufficientPrivilege, $"{sql}: {refused.MessageText}");
        // By PostgreSQL's rights alone: the guards would be a second wall, and are tested apart.
        Assert.DoesNotContain("Events are never changed", refused.MessageText, StringComparison.Ordinal);
    }

    private static async Task<long> CountAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
