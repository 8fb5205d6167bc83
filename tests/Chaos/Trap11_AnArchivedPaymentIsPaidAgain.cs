using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>An archived stream is invisible to a look-up, and its id must not be taken for a new payment's.</summary>
public class Trap11_AnArchivedPaymentIsPaidAgain(Pipeline system) : IClassFixture<Pipeline>
{
    [Fact]
    public async Task A_webhook_of_an_archived_payment_changes_nothing_and_stops_no_other()
    {
        // Take out: EnableStrictStreamIdentityEnforcement in LedgerStore, and have archived streams in a partition of their own
        // (UseArchivedStreamPartitioning); as long as they share mt_streams, its primary key holds too.
        var (paid, open) = (await system.Provider.PayAsync(new { amount = 5000 }), await system.Provider.PayAsync(new { amount = 5000, outcome = "pending" }));
        await system.NotifyAsync(paid);
        await system.NotifyAsync(open);
        await system.Outcomes.WaitForAsync(paid);
        await Condition.HoldsAsync("it is delivered", async () => await system.UndeliveredAsync() == 0);
        await Condition.HoldsAsync("the other one waits", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.due") == 1);
        foreach (var id in new[] { paid, open })
        {
            await system.ExecuteAsync($"select kkiaevents.mt_archive_stream('default/{id}')");
            await system.ExecuteAsync($"delete from kkiaevents.mt_doc_payment where id = 'default/{id}'");
            await system.ExecuteAsync($"delete from kkiaevents.due where stream_id = 'default/{id}'");
        }

        var events = await EventsAsync();

        foreach (var id in new[] { paid, open })
        {
            await system.NotifyAsync(id);
            await system.NotifyAsync(id, salt: "another body");
            await system.NotifyAsync(id, "transaction.failed");
        }

        var other = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(other);
        await system.Outcomes.WaitForAsync(other);
        await Condition.HoldsAsync("the queue is empty", async () => await Broker.CountAsync(system.AmqpUri, Broker.Queue) == 0);
        await Condition.HoldsAsync("the six are in the dead letters", async () => await Broker.CountAsync(system.AmqpUri, Broker.DeadLetters) == 6);
        Assert.Equal(events, await EventsAsync());
        Assert.Single(system.Outcomes.Of(paid));
        Assert.Empty(system.Outcomes.Of(open));

        Task<long> EventsAsync() => system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id in ('default/{paid}', 'default/{open}')");
    }
}
