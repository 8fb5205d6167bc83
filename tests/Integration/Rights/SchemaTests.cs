using CliWrap;
using CliWrap.Buffered;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Processor;
using KkiaEvents.Tests.Integration.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace KkiaEvents.Tests.Integration.Rights;

/// <summary>One command with the owner's connection makes everything; services run without a right to.</summary>
public sealed class SchemaTests(Services services)
{
    private const string Keys = "--Kkiapay:Merchants:default:PrivateKey=tpk";

    [Fact]
    public async Task The_command_makes_schema_roles_and_logins_as_often_as_wanted()
    {
        var owner = await DatabaseAsync();
        var login = $"login_{owner.Database![^12..]}";
        for (var time = 1; time <= 2; time++)
        {
            var run = await SchemaAsync(owner, $"--Ledger:Logins:{login}:Role=Writer", $"--Ledger:Logins:{login}:Password=password-{time}");
            Assert.True(run.ExitCode == 0, run.StandardError);
            Assert.Contains($"{owner.Database}_writer: writer, login {login}", run.StandardOutput, StringComparison.Ordinal);
            // The password that was given last is the one that works.
            var processor = new NpgsqlConnectionStringBuilder(owner.ConnectionString) { Username = login, Password = $"password-{time}" };
            await using var connection = new NpgsqlConnection(processor.ConnectionString);
            await connection.OpenAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(6L, await ScalarAsync(owner, "select count(*) from pg_trigger where tgname like 'guard%'"));
        Assert.Equal(1L, await ScalarAsync(owner, "select count(*) from kkiaevents.schema_versions"));
        Assert.Equal("SCRAM-SHA-256$4096", await ScalarAsync(owner, $"select left(rolpassword, 18) from pg_authid where rolname = '{login}'"));
    }

    [Fact]
    public async Task A_right_that_somebody_added_is_taken_back()
    {
        var owner = await DatabaseAsync();
        await SchemaAsync(owner);
        await ScalarAsync(owner, $"grant all on all tables in schema kkiaevents to {owner.Database}_auditor");
        await ScalarAsync(owner, "alter table kkiaevents.mt_events disable trigger guard_events_rows");
        await ScalarAsync(owner, "drop trigger guard_events_truncate on kkiaevents.mt_events");
        Assert.Equal(0, (await SchemaAsync(owner)).ExitCode);
        Assert.Equal(false, await ScalarAsync(owner, $"select has_table_privilege('{owner.Database}_auditor', 'kkiaevents.mt_events', 'insert, update, delete, truncate')"));
        Assert.Equal(false, await ScalarAsync(owner, $"select has_table_privilege('{owner.Database}_auditor', 'kkiaevents.mt_doc_apikey', 'select')"));
        Assert.Equal(0L, await ScalarAsync(owner, "select count(*) from pg_trigger where tgname like 'guard%' and tgenabled = 'D'"));
        Assert.Equal(6L, await ScalarAsync(owner, "select count(*) from pg_trigger where tgname like 'guard%'"));
    }

    [Fact]
    public async Task A_service_without_a_right_to_make_the_schema_says_who_must_and_goes_on_once_it_is_there()
    {
        var owner = await DatabaseAsync();
        var login = $"login_{owner.Database![^12..]}";
        await ScalarAsync(owner, $"create role {login} login password 'password-1'");
        var own = new NpgsqlConnectionStringBuilder(owner.ConnectionString) { Username = login, Password = "password-1" };
        await using var processor = ProcessorApp.Build(
            ["--urls=http://127.0.0.1:0", "--Log:Level=Fatal", $"--ConnectionStrings:RabbitMq={services.BrokerEndpoint.AmqpAddress()}", $"--ConnectionStrings:Ledger={own.ConnectionString}", Keys]);
        await processor.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new(processor.Urls.First()) };
        await Condition.HoldsAsync("it says who must make the schema", async () =>
        {
            using var answer = await client.GetAsync("/health/ready");
            return (await answer.Content.ReadAsStringAsync()).Contains("KkiaEvents.Processor schema", StringComparison.Ordinal);
        });
        Assert.Equal(false, await ScalarAsync(owner, "select exists (select from pg_namespace where nspname = 'kkiaevents')"));

        Assert.Equal(0, (await SchemaAsync(owner)).ExitCode);
        await ScalarAsync(owner, $"grant {owner.Database}_writer to {login}");
        await using var ledger = LedgerAccounts.ServicesOf(own.ConnectionString);
        await ledger.GetRequiredService<LedgerSchema>().RequireAsync(TestContext.Current.CancellationToken);
        await Condition.HoldsAsync("its schema check is green", async () =>
        {
            using var answer = await client.GetAsync("/health/ready");
            return (await answer.Content.ReadAsStringAsync()).Contains("\"schema\":{\"status\":\"Healthy\"", StringComparison.Ordinal);
        });
        await processor.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_older_schema_is_not_taken_for_this_versions()
    {
        var owner = await DatabaseAsync();
        await SchemaAsync(owner);
        await ScalarAsync(owner, "update kkiaevents.schema_versions set digest = 'of another version'");
        var accounts = await AuditorOfAsync(owner);
        await using var ledger = LedgerAccounts.ServicesOf(accounts);
        var refused = await Assert.ThrowsAsync<LedgerSchemaException>(() => ledger.GetRequiredService<LedgerSchema>().RequireAsync(TestContext.Current.CancellationToken));
        Assert.Contains("ConnectionStrings__LedgerOwner", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_who_may_not_create_roles_is_told_what_an_administrator_runs()
    {
        var admin = await DatabaseAsync();
        var name = $"owner_{admin.Database![^12..]}";
        await ScalarAsync(admin, $"create role {name} login password 'password-1'; grant create on database \"{admin.Database}\" to {name}");
        var owner = new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Username = name, Password = "password-1" };
        var first = await SchemaAsync(owner);
        Assert.True(first.ExitCode == 0, first.StandardError);
        var statements = first.StandardOutput.Split('\n').Where(l => l.Contains("role \"", StringComparison.Ordinal)).ToList();
        Assert.Equal(8, statements.Count);
        Assert.NotEqual(0, (await SchemaAsync(owner, "--Ledger:Logins:mine:Role=Writer", "--Ledger:Logins:mine:Password=password-1")).ExitCode);

        await ScalarAsync(admin, string.Join('\n', statements));
        var second = await SchemaAsync(owner);
        Assert.True(second.ExitCode == 0, second.StandardError);
        Assert.Equal(true, await ScalarAsync(admin, $"select has_table_privilege('{admin.Database}_auditor', 'kkiaevents.mt_events', 'select')"));
        Assert.Equal(name, await ScalarAsync(admin, "select tableowner::text from pg_tables where schemaname = 'kkiaevents' and tablename = 'mt_events'"));
        // The guards hold against an owner that is no superuser as well.
        await ScalarAsync(admin, "insert into kkiaevents.mt_streams (id) values ('a/b')");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(owner, "delete from kkiaevents.mt_streams"))).SqlState);
    }

    [Fact]
    public async Task Two_ledgers_of_a_cluster_do_not_reach_each_other()
    {
        var one = await DatabaseAsync();
        var other = await DatabaseAsync();
        await SchemaAsync(one);
        await SchemaAsync(other);
        var login = $"login_{one.Database![^12..]}";
        await ScalarAsync(one, $"create role {login} login password 'password-1'; grant {one.Database}_writer to {login}");
        var elsewhere = new NpgsqlConnectionStringBuilder(other.ConnectionString) { Username = login, Password = "password-1" };
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(elsewhere, "select count(*) from kkiaevents.mt_events"))).SqlState);

        // Two schemas of one database either.
        Assert.Equal(0, (await SchemaAsync(one, "--Ledger:Schema=second")).ExitCode);
        var second = new NpgsqlConnectionStringBuilder(one.ConnectionString) { Username = login, Password = "password-1" };
        Assert.Equal(0L, await ScalarAsync(second, "select count(*) from kkiaevents.mt_events"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(second, "select count(*) from second.mt_events"))).SqlState);
    }

    [Fact]
    public async Task A_role_of_that_name_that_is_somebody_elses_is_left_alone()
    {
        var owner = await DatabaseAsync();
        await ScalarAsync(owner, $"create role {owner.Database}_writer");
        var refused = await SchemaAsync(owner);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"Role '{owner.Database}_writer' exists", refused.StandardError, StringComparison.Ordinal);

        // Nor does a login take over a role that exists, the superuser's for one.
        await ScalarAsync(owner, $"drop role {owner.Database}_writer");
        var taken = await SchemaAsync(owner, $"--Ledger:Logins:{owner.Username}:Role=Writer", $"--Ledger:Logins:{owner.Username}:Password=password-1");
        Assert.NotEqual(0, taken.ExitCode);
        Assert.Contains($"Role '{owner.Username}' exists", taken.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_make_no_sense_are_named()
    {
        var owner = await DatabaseAsync();
        var run = await SchemaAsync(owner, "--Ledger:Logins:Bad-Name:Role=King", "--Ledger:Logins:gone:Role=Eraser", "--Ledger:Logins:gone:Password=short");
        Assert.Equal(78, run.ExitCode);
        foreach (var key in new[] { "Ledger__Logins__Bad-Name__Password", "Ledger__Logins__Bad-Name__Role", "Ledger__Logins__gone__Role", "Ledger__Logins__gone__Password" })
            Assert.Contains(key, run.StandardError, StringComparison.Ordinal);
    }

    private async Task<NpgsqlConnectionStringBuilder> DatabaseAsync() =>
        new(await services.CreateDatabaseAsync(Services.UniqueName("schema"), TestContext.Current.CancellationToken)) { Pooling = false };

    private static async Task<string> AuditorOfAsync(NpgsqlConnectionStringBuilder owner)
    {
        var login = $"login_{owner.Database![^12..]}";
        await ScalarAsync(owner, $"create role {login} login password 'password-1'; grant {owner.Database}_auditor to {login}");
        return new NpgsqlConnectionStringBuilder(owner.ConnectionString) { Username = login, Password = "password-1" }.ConnectionString;
    }

    private static async Task<BufferedCommandResult> SchemaAsync(NpgsqlConnectionStringBuilder owner, params string[] settings) =>
        await CliWrap.Cli.Wrap("dotnet")
            .WithArguments([typeof(ProcessorApp).Assembly.Location, "schema", .. settings])
            .WithEnvironmentVariables(new Dictionary<string, string?> { ["ConnectionStrings__LedgerOwner"] = owner.ConnectionString, ["SecretsDirectory"] = "/nowhere" })
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(TestContext.Current.CancellationToken);

    private static async Task<object?> ScalarAsync(NpgsqlConnectionStringBuilder connection, string sql)
    {
        await using var open = new NpgsqlConnection(connection.ConnectionString);
        await open.OpenAsync();
        await using var command = new NpgsqlCommand(sql, open);
        return await command.ExecuteScalarAsync();
    }
}
