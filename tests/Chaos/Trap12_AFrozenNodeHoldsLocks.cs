using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>A node that is frozen or unplugged holds its locks and its messages until somebody notices.</summary>
[Collection(TakesServersAway.Name)]
public class Trap12_AFrozenNodeHoldsLocks(Pipeline system) : IClassFixture<Pipeline>
{
    [Fact]
    public async Task What_a_frozen_Processor_holds_comes_out_of_another_one_and_only_once()
    {
        // Take out: idle_in_transaction_session_timeout in LedgerDataSource; or the heartbeat in BusRegistration.
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await using (var held = await HeldStamp.TakeAsync(system))
        {
            await system.NotifyAsync(id);
            await held.SomebodyIsHeldAsync();
            await system.Processors[0].FreezeAsync();
        }

        // The frozen one holds a claimed row now, inside a transaction; and it is handed half of what comes.
        const int payments = 100;
        await system.Provider.PayManyAsync("frozen_", payments);
        await system.NotifyManyAsync("frozen_", payments / 2);
        await system.StartProcessorAsync();
        foreach (var n in Enumerable.Range(payments / 2, payments / 2))
            await system.NotifyAsync($"frozen_{n}", order: $"frozen_{n}");
        await system.EachIsPaidOnceAsync("frozen_", payments);
        Assert.Equal(1, await system.ReadAsync<long>($"select count(*) from kkiaevents.deliveries where transaction_id = '{id}' and delivered_at is not null"));

        system.Processors[0].Thaw();
        await system.Provider.PayManyAsync("thawed_", payments);
        await system.NotifyManyAsync("thawed_", payments);
        await system.EachIsPaidOnceAsync("thawed_", payments);
        await system.EachIsPaidOnceAsync("frozen_", payments);
        Assert.Single(system.Outcomes.Of(id));
    }

    [Fact]
    public async Task The_queue_drains_though_PostgreSQL_restarts_and_every_session_is_ended()
    {
        // Take out: what StoreRetry handles. Each webhook goes back to the queue at once then, and the twentieth time, within
        // seconds, to the dead letters.
        const int payments = 300;
        await system.Provider.PayManyAsync("restarted_", payments);
        var sending = system.NotifyManyAsync("restarted_", payments);
        await Condition.HoldsAsync("some came out", () => system.Of("restarted_").Count > payments / 10);
        await system.Services.Database.StopAsync();
        try
        {
            await Condition.HoldsAsync("the Processor waits for PostgreSQL, or has used up a webhook's deliveries", async () =>
                system.ProcessorLog().Split("trying again in").Length > 10 || await Broker.CountAsync(system.AmqpUri, Broker.DeadLetters) > 0);
        }
        finally
        {
            await system.Services.Database.StartAsync();
        }

        for (var round = 1; round <= 5; round++)
        {
            var some = payments * round / 10;
            await Condition.HoldsAsync($"{some} came out", () => system.Of("restarted_").Count >= some);
            // The test's own pool is hit too, so its next command may fail once.
            await Condition.HoldsAsync("every session is ended", async () =>
                await system.ReadAsync<long>("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()") > 0);
        }

        await sending;
        Npgsql.NpgsqlConnection.ClearPool(system.Database.CreateConnection());
        await system.EachIsPaidOnceAsync("restarted_", payments);
        Assert.Equal(0u, await Broker.CountAsync(system.AmqpUri, Broker.DeadLetters));
    }
}
