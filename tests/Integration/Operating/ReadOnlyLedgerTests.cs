using KkiaEvents.Tests.Integration.Infrastructure;
using Npgsql;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>The Console's login can only read for a while, as in an administrator's maintenance.</summary>
public class ReadOnlyLedgerTests(Operators system) : IClassFixture<Operators>
{
    [Fact]
    public async Task Console_shows_while_it_can_only_read_and_acts_again_by_itself_though_no_session_is_ended()
    {
        var login = new NpgsqlConnectionStringBuilder(system.Ledger.Console).Username!;
        await ExecuteAsync($"alter role \"{login}\" set default_transaction_read_only = on");
        try
        {
            await ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{login}'");
            await Condition.HoldsAsync("it says that it can't act", async () => (await Operators.PostAsync(system.Operator, "/api/v1/expectations", Expectation())).Status == 503);
            await Condition.HoldsAsync("it shows", async () => (await system.Reader.GetAsync("/api/v1/payments")).IsSuccessStatusCode);
            await Condition.HoldsAsync("its health says so, and takes nobody's view away", async () =>
                await system.Anonymous.GetAsync("/health/ready") is { IsSuccessStatusCode: true } answer && (await answer.Content.ReadAsStringAsync()).Contains("Degraded", StringComparison.Ordinal));
        }
        finally
        {
            await ExecuteAsync($"alter role \"{login}\" reset default_transaction_read_only");
        }

        await Condition.HoldsAsync("it acts again", async () => (await Operators.PostAsync(system.Operator, "/api/v1/expectations", Expectation())).Status == 200, TimeSpan.FromSeconds(15));
    }

    private static object Expectation() => new { merchant = "default", orderId = "read-only", amount = 5000 };

    private async Task ExecuteAsync(string sql)
    {
        await using var command = system.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
