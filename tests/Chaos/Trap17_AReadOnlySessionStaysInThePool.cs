using System.Net;
using KkiaEvents.Tests.Integration.Infrastructure;
using Npgsql;

namespace KkiaEvents.Tests.Chaos;

/// <summary>
/// A session that was opened while the database was read-only stays read-only for its whole life, also after the database is not:
/// in a pool that hands out the last one first, for ever.
/// </summary>
[Collection(TakesServersAway.Name)]
public sealed class Trap17_AReadOnlySessionStaysInThePool(Pipeline system) : IClassFixture<Pipeline>
{
    // Take out: the check of a session at its birth in LedgerDataSource, and LedgerSessions.
    public static TheoryData<string, string, string> WaysToBeReadOnly => new()
    {
        { "database", "alter database \"{0}\" set default_transaction_read_only = on", "alter database \"{0}\" reset default_transaction_read_only" },
        { "role", "alter role \"{1}\" set default_transaction_read_only = on", "alter role \"{1}\" reset default_transaction_read_only" },
        { "roleindb", "alter role \"{1}\" in database \"{0}\" set default_transaction_read_only = on", "alter role \"{1}\" in database \"{0}\" reset default_transaction_read_only" },
    };

    [Theory]
    [MemberData(nameof(WaysToBeReadOnly))]
    public async Task What_came_while_the_database_was_read_only_comes_out_soon_after_though_no_session_is_ended(string prefix, string on, string off)
    {
        const int webhooks = 5;
        using var client = new HttpClient();
        var ready = new Uri(system.Processors[0].Address, "/health/ready");
        var due = await system.Provider.PayAsync(new { transactionId = $"{prefix}_due", amount = 5000, outcome = "pending" });
        await system.NotifyAsync(due, order: due);
        await Condition.HoldsAsync("one is due", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.due where transaction_id = '{due}'") == 1);
        await system.Provider.PayManyAsync($"{prefix}_", webhooks);
        await RunAsync(on);
        try
        {
            await RunAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{0}' and pid <> pg_backend_pid()");
            await system.Provider.MoveAsync(due, "success");
            await system.NotifyManyAsync($"{prefix}_", webhooks);
            await Condition.HoldsAsync("health says that nothing can be written", async () => await client.GetAsync(ready) is { StatusCode: HttpStatusCode.ServiceUnavailable } and var answer
                && (await answer.Content.ReadAsStringAsync()).Contains("read-only", StringComparison.Ordinal));
            await Condition.HoldsAsync("all wait in the queue", async () => await Broker.CountAsync(system.AmqpUri, Broker.Queue) == webhooks);
        }
        finally
        {
            await RunAsync(off);
        }

        await Condition.HoldsAsync("health says that it can be written", async () => (await client.GetAsync(ready)).IsSuccessStatusCode, TimeSpan.FromSeconds(15));
        await system.EachIsPaidOnceAsync($"{prefix}_", webhooks + 1);
    }

    private async Task RunAsync(string sql)
    {
        var database = new NpgsqlConnectionStringBuilder(system.Database.ConnectionString).Database!;
        await using var administrator = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(system.Database.ConnectionString)
        {
            Password = system.Services.DatabaseEndpoint.Password, Database = "postgres", Pooling = false,
        }.ConnectionString);
        await administrator.OpenAsync();
        await using var command = new NpgsqlCommand(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, database, system.ProcessorLogin), administrator);
        await command.ExecuteNonQueryAsync();
    }
}
