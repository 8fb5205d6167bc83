using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;
using Marten;

namespace KkiaEvents.Tests.Integration;

/// <summary>Writers that meet: processors, the shop and operators at once, collisions where a seed puts them, sessions that end in between.</summary>
public class LedgerConcurrencyTests(NobodySubscribed system) : IClassFixture<NobodySubscribed>
{
    private static readonly string[] Orders = ["order-1", "order-2"];

    private static readonly OrderPolicy Lenient = new();

    private OrderAnnouncements Announcements => new(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), TimeProvider.System);

    private OrderRelease Release => new(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), TimeProvider.System);

    private PaymentActs Acts => new(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), TimeProvider.System);

    [Fact]
    public async Task A_writer_that_was_overtaken_at_any_step_decides_again_from_what_is_known_since()
    {
        var seed = Random.Shared.Next();
        for (var run = 0; run < 30; run++)
        {
            var random = new Random(unchecked(seed + run));
            var merchant = $"overtaken-{(uint)unchecked(seed + run)}";
            var ledger = Processor();
            for (var step = 0; step < 12; step++)
            {
                // What this writer knows is old by the time it writes: others came in between, with facts about the same
                // transactions and orders, announcements and reviews.
                var batch = Enumerable.Range(0, random.Next(1, 4)).Select(_ => DrawnFacts.Next(random, merchant, step)).DistinctBy(f => f.Key).ToList();
                var known = await ledger.FindAsync([.. batch.Select(f => f.Key)], default);
                for (var others = random.Next(4); others > 0; others--)
                    await InterfereAsync(random, merchant, step, default);
                var poison = random.Next(5) == 0 ? Poison(merchant, step) : null;
                var settled = await ledger.SettleAsync(poison is null ? batch : [.. batch, poison], known, default);
                foreach (var one in settled)
                    Assert.True(one.Error is null == (one.Key != poison?.Key), $"seed {seed}, run {run}, step {step}: {one.Key} {one.Error}");
            }

            await Books.AgreeAsync(system, merchant, $"seed {seed}, run {run}");
        }
    }

    [Fact]
    public async Task Many_processors_a_shop_and_operators_at_once_leave_books_that_agree_though_their_sessions_end()
    {
        var seed = Random.Shared.Next();
        for (var run = 0; run < 8; run++)
        {
            var random = new Random(unchecked(seed + run));
            var merchant = $"crowd-{(uint)unchecked(seed + run)}";
            PaymentLedger[] processors = [Processor(), Processor(), Processor()];
            var work = Enumerable.Range(0, 50).Select(step => (Step: step, Seed: random.Next())).ToList();
            await Parallel.ForEachAsync(work, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (item, cancellation) =>
            {
                var mine = new Random(item.Seed);
                if (mine.Next(10) == 0)
                    await UntilItIsHeardAsync(() => EndSessionsAsync(mine));
                if (mine.Next(5) == 0)
                {
                    await UntilItIsHeardAsync(() => InterfereAsync(mine, merchant, item.Step, cancellation));
                    return;
                }

                var batch = Enumerable.Range(0, mine.Next(1, 4)).Select(_ => DrawnFacts.Next(mine, merchant, item.Step)).DistinctBy(f => f.Key).ToList();
                var ledger = processors[mine.Next(processors.Length)];
                // As the Processor does: what can't be known to be recorded is recorded again.
                await UntilItIsHeardAsync(async () =>
                {
                    var known = await ledger.FindAsync([.. batch.Select(f => f.Key)], cancellation);
                    foreach (var settled in await ledger.SettleAsync(batch, known, cancellation))
                        Assert.True(settled.Error is null, $"seed {seed}, run {run}: {settled.Key} {settled.Error}");
                });
            });
            // Sessions that were ended are found out by who uses them next.
            await UntilItIsHeardAsync(() => Books.AgreeAsync(system, merchant, $"seed {seed}, run {run}"));
        }
    }

    [Fact]
    public async Task An_announcement_that_comes_while_a_paid_payment_is_asked_about_again_is_not_missed()
    {
        var key = new PaymentKey($"late-{(uint)Random.Shared.Next()}", "txn_0");
        var paid = Confirmed(key, "digest-1");
        Assert.IsType<OrderPaid>(Assert.Single(await Processor().SettleAsync([paid], await Processor().FindAsync([key], default), default)).Outcome);

        // The order is read, and announced before what is decided from it is written: the announcement waits for that.
        Task? announcing = null;
        PaymentLedger deciding = new(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), _ =>
        {
            if (announcing is not null)
                return Lenient;
            announcing = Task.Run(() => Announce(key.Merchant, amount: 100));
            Condition.HoldsAsync("the announcement waits", async () => await system.ReadAsync<long>(
                "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())") > 0)
                .GetAwaiter().GetResult();
            return Lenient;
        });
        Assert.Null(Assert.Single(await deciding.SettleAsync([Confirmed(key, "digest-2")], await deciding.FindAsync([key], default), default)).Outcome);
        await announcing!;
        Assert.Equal(1L, await system.ReadAsync<long>($"select count(*) from kkiaevents.due where stream_id = '{key.StreamId}'"));
        var settled = Assert.Single(await Processor().SettleAsync([Confirmed(key, "digest-3")], await Processor().FindAsync([key], default), default));
        Assert.Equal(FlagReason.AmountMismatch, Assert.IsType<OrderPaymentFlagged>(settled.Outcome).Reason);
    }

    private void Announce(string merchant, long amount) =>
        Assert.True(Announcements.AnnounceAsync(new ExpectPayment { Merchant = merchant, OrderId = "order-1", Amount = amount }, by: null, sentAt: null, default).GetAwaiter().GetResult().Accepted);

    private static PaymentFacts Confirmed(PaymentKey key, string digest) => new()
    {
        Key = key,
        Claims = [new WebhookRecorded(Guid.CreateVersion7(), "transaction.success", 5000, "order-1", "{}", digest, null, DateTimeOffset.UtcNow)],
        Answer = new(
            new KkiapayTransaction { TransactionId = key.TransactionId, Status = TransactionStatus.Complete, ProviderStatus = "COMPLETE", Amount = 5000, Raw = "{}" }, "order-1", DateTimeOffset.UtcNow),
    };

    private PaymentLedger Processor() => new(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), _ => Lenient);

    private async Task InterfereAsync(Random random, string merchant, int step, CancellationToken cancellation)
    {
        var key = new PaymentKey(merchant, $"txn_{random.Next(3)}");
        switch (random.Next(7))
        {
            case 0:
                await Announcements.AnnounceAsync(
                    new ExpectPayment
                    {
                        Merchant = merchant, OrderId = Orders[random.Next(2)], Amount = random.Next(3) == 0 ? 100 : 5000, Withdrawn = random.Next(6) == 0,
                        TransactionId = random.Next(2) == 0 ? key.TransactionId : null,
                    },
                    by: null, sentAt: null, cancellation);
                break;
            case 2:
                await Release.ReleaseAsync(merchant, Orders[random.Next(2)], "ama", "the wrong one", cancellation);
                break;
            case 1:
                await Acts.ReviewAsync(key, (FlagVerdict)random.Next(3), "ama", "looked at it", cancellation);
                break;
            default:
                var facts = DrawnFacts.Next(random, merchant, step);
                var ledger = Processor();
                var settled = await ledger.SettleAsync([facts], await ledger.FindAsync([facts.Key], cancellation), cancellation);
                Assert.Null(Assert.Single(settled).Error);
                break;
        }
    }

    // PostgreSQL's text knows no NUL.
    private static PaymentFacts Poison(string merchant, int step)
    {
        var key = new PaymentKey(merchant, $"txn_poison_{step}");
        return new()
        {
            Key = key,
            Claims = [new WebhookRecorded(Guid.CreateVersion7(), "transaction.success", 5000, "order-\0", "{}", "digest", null, DateTimeOffset.UtcNow)],
        };
    }

    private static async Task UntilItIsHeardAsync(Func<Task> act)
    {
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (Exception e) when (LedgerFaults.Classify(e) is LedgerFault.Unavailable or LedgerFault.Collision)
            {
                // Whether it went in is not known.
            }
        }
    }

    // A quarter of all sessions, in the middle of whatever they do.
    private Task<long> EndSessionsAsync(Random random) => system.ReadAsync<long>(
        $"select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and pid % 4 = {random.Next(4)}");
}
