using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>A relay that follows a global position, or waits for locks, is held up by whatever runs beside it.</summary>
public class Trap01_TheRelayWaitsForOthers(Trap01_TheRelayWaitsForOthers.TwoProcessors system) : IClassFixture<Trap01_TheRelayWaitsForOthers.TwoProcessors>
{
    public sealed class TwoProcessors(Services services) : Pipeline(services)
    {
        protected override int ProcessorsAtStart => 2;
    }

    [Fact]
    public async Task Outcomes_are_delivered_while_a_transaction_is_open_and_a_long_statement_runs()
    {
        // Take out: the delivery rows, for a subscription that follows the global sequence (marten#4952): it waits for both.
        await using var holder = await system.Database.OpenConnectionAsync();
        await using var open = await holder.BeginTransactionAsync();
        await using (var gap = holder.CreateCommand())
        {
            gap.CommandText = "select nextval('kkiaevents.mt_events_sequence'), pg_current_xact_id(), count(*) from kkiaevents.deliveries";
            await gap.ExecuteNonQueryAsync();
        }

        await using var slow = system.Database.CreateCommand("select pg_sleep(600)");
        using var end = new CancellationTokenSource();
        var statement = slow.ExecuteNonQueryAsync(end.Token);
        // Three times each, at once: the two Processors collide, and each roll-back leaves a gap.
        await system.Provider.PayManyAsync("beside_", 60);
        await system.NotifyManyAsync("beside_", 60, times: 3);
        await system.EachIsPaidOnceAsync("beside_", 60);
        Assert.False(statement.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => statement);
    }

    [Fact]
    public async Task A_delivery_that_somebody_has_locked_holds_no_other_up()
    {
        // Take out: "skip locked" in DeliveryQueue.
        await system.ExecuteAsync(
            """
            insert into kkiaevents.deliveries (event_id, stream_id, version, message_type, merchant, transaction_id, created_at, not_before)
            values ('0193f0c4-7a6e-7000-8000-0000000010c3', 'default/locked', 1, 'OrderPaid', 'default', 'locked', now(), now() - interval '1 hour')
            """);
        await using (var holder = await system.Database.OpenConnectionAsync())
        await using (var open = await holder.BeginTransactionAsync())
        {
            await using var hold = holder.CreateCommand();
            hold.CommandText = "select 1 from kkiaevents.deliveries where transaction_id = 'locked' for update";
            await hold.ExecuteNonQueryAsync();
            var id = await system.Provider.PayAsync(new { amount = 5000 });
            await system.NotifyAsync(id);
            await system.Outcomes.WaitForAsync(id);
        }

        await system.ExecuteAsync("delete from kkiaevents.deliveries where transaction_id = 'locked'");
    }
}
