using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace KkiaEvents.Tests.Integration.Rights;

/// <summary>The event tables refuse to be changed, whoever asks: here the owner, who is a superuser.</summary>
public sealed class EventGuardTests(Installation system) : IClassFixture<Installation>
{
    [Theory]
    [InlineData("update kkiaevents.mt_events set data = '{}' where stream_id = 'default/{0}'")]
    [InlineData("update kkiaevents.mt_events set type = 'other' where stream_id = 'default/{0}'")]
    [InlineData("update kkiaevents.mt_events set is_archived = true, version = version + 100 where stream_id = 'default/{0}'")]
    [InlineData("delete from kkiaevents.mt_events where stream_id = 'default/{0}'")]
    [InlineData("truncate kkiaevents.mt_events")]
    [InlineData("delete from kkiaevents.mt_streams where id = 'default/{0}'")]
    [InlineData("update kkiaevents.mt_streams set id = 'default/other' where id = 'default/{0}'")]
    [InlineData("truncate kkiaevents.mt_streams cascade")]
    [InlineData("delete from kkiaevents.mt_streams_identity where id = 'default/{0}'")]
    [InlineData("truncate kkiaevents.mt_streams_identity")]
    public async Task An_event_is_never_changed_or_deleted(string sql)
    {
        var id = await PaidAsync();
        var before = await EventsOfAsync(id);
        await using var command = system.Database.CreateCommand(sql.Replace("{0}", id, StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<PostgresException>(async () => await command.ExecuteNonQueryAsync());
        Assert.Contains("Events are never changed or deleted", refused.MessageText, StringComparison.Ordinal);
        Assert.Contains(system.Ledger.RoleOf(LedgerRole.Eraser), refused.Hint, StringComparison.Ordinal);
        Assert.Equal(before, await EventsOfAsync(id));
    }

    [Fact]
    public async Task Who_says_that_he_erases_may()
    {
        var id = await PaidAsync();
        Assert.True(await system.TamperAsync($"update kkiaevents.mt_events set data = '{{}}' where stream_id = 'default/{id}'") > 0);
        Assert.True(await system.TamperAsync($"delete from kkiaevents.mt_events where stream_id = 'default/{id}'") > 0);
        Assert.Equal(1, await system.TamperAsync($"delete from kkiaevents.mt_streams where id = 'default/{id}'"));
    }

    [Fact]
    public async Task A_stream_can_be_archived_though_its_events_can_not_be_changed()
    {
        var id = await PaidAsync();
        var before = await EventsOfAsync(id);
        await using (var owner = LedgerAccounts.ServicesOf(system.LedgerConnection))
        {
            await using var session = owner.GetRequiredService<IDocumentStore>().LightweightSession();
            session.Events.ArchiveStream($"default/{id}");
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(await system.ReadAsync<bool>($"select bool_and(is_archived) from kkiaevents.mt_events where stream_id = 'default/{id}'"));
        await system.NotifyAsync(id);
        await system.SettledAsync();
        Assert.Equal(before, await EventsOfAsync(id));
        Assert.Single(system.Outcomes.Of(id));
    }

    [Fact]
    public async Task The_guards_cost_an_append_nothing()
    {
        // No trigger of ours fires when a row is inserted, nor when a stream's version moves on.
        Assert.Equal(0, await system.ReadAsync<long>("select count(*) from pg_trigger where tgname like 'guard%' and tgtype & 4 <> 0"));
        Assert.Equal(0, await system.ReadAsync<long>(
            """
            select count(*) from pg_trigger t join pg_attribute a on a.attrelid = t.tgrelid and a.attname in ('version', 'timestamp')
            where t.tgname = 'guard_streams_rows' and a.attnum = any(t.tgattr::int2[])
            """));
        Assert.Equal(1, await system.ReadAsync<long>("select count(*) from pg_trigger where tgname = 'guard_streams_rows' and array_length(tgattr::int2[], 1) > 0"));
    }

    private async Task<string> PaidAsync()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
        return id;
    }

    private Task<string> EventsOfAsync(string id) => system.ReadAsync<string>(
        $"select string_agg(concat_ws(' ', seq_id, version, type, data), E'\\n' order by version) from kkiaevents.mt_events where stream_id = 'default/{id}'");
}
