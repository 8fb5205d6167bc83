using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;
using Marten;
using Npgsql;

namespace KkiaEvents.Tests.Integration;

/// <summary>A refund's sending is claimed and answered in commits, and the answer to a commit may be lost: the money goes back once all the same.</summary>
public class RefundSendingTests(NobodySubscribed system) : IClassFixture<NobodySubscribed>
{
    private readonly Guid _first = Guid.CreateVersion7();
    private readonly Guid _second = Guid.CreateVersion7();

    private PaymentActs Acts => new(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), TimeProvider.System);

    [Fact]
    public async Task A_claim_whose_commits_answer_was_lost_is_its_senders_own_and_nobody_elses()
    {
        var key = await RequestedAsync();
        await using var store = LosesAnswers(1);
        PaymentActs unheard = new(store, system.Get<LedgerOptions>(), TimeProvider.System);

        Assert.True(await UntilItIsHeardAsync(() => unheard.TryClaimRefundAsync(key, _first, default)));
        Assert.False(await Acts.TryClaimRefundAsync(key, _second, default));
        Assert.Equal(1, await EventsAsync(key, "refund_sent"));
    }

    [Fact]
    public async Task Of_many_senders_one_claims_though_the_answers_to_their_commits_are_lost()
    {
        var key = await RequestedAsync();
        await using var store = LosesAnswers(20);
        PaymentActs unheard = new(store, system.Get<LedgerOptions>(), TimeProvider.System);

        var claimed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
        {
            var sending = Guid.CreateVersion7();
            return UntilItIsHeardAsync(() => unheard.TryClaimRefundAsync(key, sending, default));
        }));
        Assert.Single(claimed, c => c);
        Assert.Equal(1, await EventsAsync(key, "refund_sent"));
    }

    [Fact]
    public async Task An_answer_that_is_recorded_twice_does_not_reset_a_later_sending()
    {
        var key = await RequestedAsync();
        Assert.True(await Acts.TryClaimRefundAsync(key, _first, default));
        await Acts.RecordRefundAsync(key, _first, RefundAnswer.NotTaken, "429", default);
        await Acts.RecordRefundAsync(key, _first, RefundAnswer.NotTaken, "429", default);
        Assert.Equal(1, await EventsAsync(key, "refund_answered"));

        Assert.True(await Acts.TryClaimRefundAsync(key, _second, default));
        // The first one's commit, whose answer was lost, is repeated only now.
        await Acts.RecordRefundAsync(key, _first, RefundAnswer.NotTaken, "429", default);
        Assert.Equal(RefundState.Sent, (await FindAsync(key)).Refund);
        Assert.False(await Acts.TryClaimRefundAsync(key, Guid.CreateVersion7(), default));

        await Acts.RecordRefundAsync(key, _second, RefundAnswer.Accepted, "REVERTED", default);
        Assert.Equal(RefundState.Accepted, (await FindAsync(key)).Refund);
    }

    [Fact]
    public async Task An_answer_whose_commits_answer_was_lost_is_recorded_once()
    {
        var key = await RequestedAsync();
        Assert.True(await Acts.TryClaimRefundAsync(key, _first, default));
        await using var store = LosesAnswers(1);
        PaymentActs unheard = new(store, system.Get<LedgerOptions>(), TimeProvider.System);
        await UntilItIsHeardAsync(async () =>
        {
            await unheard.RecordRefundAsync(key, _first, RefundAnswer.Accepted, "REVERTED", default);
            return true;
        });
        Assert.Equal((1, RefundState.Accepted), (await EventsAsync(key, "refund_answered"), (await FindAsync(key)).Refund));
    }

    [Fact]
    public async Task What_was_sent_before_sendings_had_an_id_is_answered_and_settled_as_before()
    {
        var key = await RequestedAsync();
        var payment = await FindAsync(key);
        await using (var session = system.Get<IDocumentStore>().LightweightSession())
        {
            session.Events.Append(key.StreamId, payment.Version + 1, new RefundSent(DateTimeOffset.UtcNow.AddHours(-1)));
            await session.SaveChangesAsync();
        }

        Assert.False(await Acts.TryClaimRefundAsync(key, _first, default));
        Assert.Null((await Acts.SettleRefundAsync(key, done: false, "ama", "the dashboard shows none", default)).Problem);
        Assert.Null((await Acts.RequestRefundAsync(key, "ama", "once more", default)).Problem);
        Assert.True(await Acts.TryClaimRefundAsync(key, _second, default));
    }

    // The merchant has no keys, so that no Processor sends what these tests claim.
    private async Task<PaymentKey> RequestedAsync()
    {
        var key = new PaymentKey($"keyless-{(uint)Random.Shared.Next()}", "txn_1");
        PaymentLedger ledger = new(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), _ => new OrderPolicy());
        var paid = new PaymentFacts
        {
            Key = key,
            Claims = [new WebhookRecorded(Guid.CreateVersion7(), "transaction.success", 5000, "order-1", "{}", "digest", null, DateTimeOffset.UtcNow)],
            Answer = new(
                new KkiapayTransaction
                {
                    TransactionId = key.TransactionId, Status = TransactionStatus.Complete, ProviderStatus = "SUCCESS", Amount = 5000, Method = "MOBILE_MONEY", Raw = "{}",
                },
                "order-1", DateTimeOffset.UtcNow),
        };
        await ledger.SettleAsync([paid], await ledger.FindAsync([key], default), default);
        Assert.Null((await Acts.RequestRefundAsync(key, "ama", "goods returned", default)).Problem);
        return key;
    }

    private async Task<Payment> FindAsync(PaymentKey key)
    {
        await using var session = system.Get<IDocumentStore>().QuerySession();
        return (await session.LoadAsync<Payment>(key.StreamId))!;
    }

    private Task<long> EventsAsync(PaymentKey key, string type) =>
        system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = '{key.StreamId}' and type = '{type}'");

    // As the Processor does: what can't be known to be recorded is recorded again.
    private static async Task<T> UntilItIsHeardAsync<T>(Func<Task<T>> act)
    {
        while (true)
        {
            try
            {
                return await act();
            }
            catch (Exception e) when (LedgerFaults.Classify(e) != LedgerFault.Poison)
            {
                // It is in, for all that this writer knows or does not know.
            }
        }
    }

    private DocumentStore LosesAnswers(int times) => DocumentStore.For(marten =>
    {
        LedgerStore.Configure(marten, system.Get<LedgerOptions>(), system.Get<NpgsqlDataSource>());
        marten.Listeners.Add(new LostAnswers(times));
    });

    /// <summary>The first commits are done, and whoever made them hears of a broken connection.</summary>
    private sealed class LostAnswers(int times) : DocumentSessionListenerBase
    {
        private int _left = times;

        public override Task AfterCommitAsync(IDocumentSession session, Marten.Services.IChangeSet commit, CancellationToken token) =>
            Interlocked.Decrement(ref _left) >= 0 ? throw new NpgsqlException("The connection broke while the answer to COMMIT was awaited.") : Task.CompletedTask;
    }
}
