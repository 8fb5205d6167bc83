using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using Marten;

namespace KkiaEvents.Tests.Integration;

/// <summary>The real ledger on the real store, held against a model that a reader can check by eye, and under concurrent writers.</summary>
public class LedgerModelTests(NobodySubscribed system) : IClassFixture<NobodySubscribed>
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly OrderPolicy Policy = new();

    private PaymentLedger Ledger => system.Get<PaymentLedger>();

    [Fact]
    public async Task Any_facts_one_after_the_other_come_out_as_the_model_says()
    {
        var seed = Random.Shared.Next();
        for (var run = 0; run < 60; run++)
        {
            var random = new Random(unchecked(seed + run));
            var merchant = $"model-{(uint)unchecked(seed + run)}";
            var model = new ReferenceLedger();
            for (var step = 0; step < 15; step++)
            {
                var facts = Facts(random, merchant, step);
                var known = await Ledger.FindAsync([facts.Key], default);
                var settled = Assert.Single(await Ledger.SettleAsync([facts], known, default));
                Assert.Null(settled.Error);
                var expected = model.Expect(facts.Key.TransactionId, [.. facts.Claims], facts.Answer!);
                var actual = settled.Outcome is OrderPaymentFlagged flagged ? flagged.Reason.ToString() : settled.Outcome?.GetType().Name;
                Assert.True(expected == actual, $"seed {seed}, run {run}, step {step}: the model says {expected ?? "nothing"}, the ledger {actual ?? "nothing"} for {facts.Key} {facts.Answer!.Status} {facts.Answer.Answer.Amount} {facts.Answer.OrderId}");
            }

            await BooksAgreeAsync(merchant, $"seed {seed}, run {run}");
        }
    }

    [Fact]
    public async Task Any_facts_by_many_writers_at_once_leave_books_that_agree()
    {
        var seed = Random.Shared.Next();
        for (var run = 0; run < 12; run++)
        {
            var random = new Random(unchecked(seed + run));
            var merchant = $"crowd-{(uint)unchecked(seed + run)}";
            var batches = Enumerable.Range(0, 50).Select(step => Facts(random, merchant, step)).Chunk(random.Next(1, 4))
                .Select(chunk => chunk.DistinctBy(f => f.Key).ToList()).ToList();
            await Parallel.ForEachAsync(batches, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (batch, cancellation) =>
            {
                var known = await Ledger.FindAsync([.. batch.Select(f => f.Key)], cancellation);
                foreach (var settled in await Ledger.SettleAsync(batch, known, cancellation))
                    Assert.Null(settled.Error);
            });
            await BooksAgreeAsync(merchant, $"seed {seed}, run {run}");
        }
    }

    [Fact]
    public async Task A_failure_after_days_of_waiting_is_asked_about_once_more_within_seconds()
    {
        // Dated so far ahead that no Processor of this run finds it due.
        var now = DateTimeOffset.UtcNow.AddYears(1);
        var key = new PaymentKey("patient", "txn_slow");
        async Task AnswerAsync(TransactionStatus status, DateTimeOffset at) =>
            Assert.Null(Assert.Single(await Ledger.SettleAsync([Fact(key, status, at)], await Ledger.FindAsync([key], default), default)).Outcome);

        await AnswerAsync(TransactionStatus.Pending, now);
        for (var answer = 1; answer < 12; answer++)
            await AnswerAsync(TransactionStatus.Pending, now.AddHours(answer));
        await AnswerAsync(TransactionStatus.Failed, now.AddHours(23));
        Assert.Equal(5.0, await system.ReadAsync<double>(
            $"select extract(epoch from due_at - '{now.AddHours(23):O}'::timestamptz)::float8 from kkiaevents.due where stream_id = '{key.StreamId}'"), 3);
    }

    /// <summary>What must hold of a merchant's streams, documents and rows, however they came about.</summary>
    private async Task BooksAgreeAsync(string merchant, string which)
    {
        await using var session = system.Get<IDocumentStore>().QuerySession();
        var payments = await session.Query<Payment>().Where(p => p.Merchant == merchant).ToListAsync();
        var orders = await session.Query<Order>().Where(o => o.Merchant == merchant).ToListAsync();
        Assert.NotEmpty(payments);
        var paid = new List<OrderPaid>();
        foreach (var document in payments)
        {
            var events = (await session.Events.FetchStreamAsync(document.Id)).Select(e => e.Data).ToList();
            var folded = events.Aggregate(Payment.New(document.Key()), (p, e) => p.Evolve(e)) with { Version = document.Version };
            Assert.Equal(JsonSerializer.Serialize(folded), JsonSerializer.Serialize(document));

            var outcomes = events.OfType<OrderEvent>().ToList();
            Assert.True(outcomes.OfType<OrderPaid>().Count() <= 1, $"{which}: {document.Id} is paid twice");
            paid.AddRange(outcomes.OfType<OrderPaid>());
            for (var n = 0; n < events.Count; n++)
            {
                // No outcome without a verification just before it that supports it.
                if (events[n] is OrderEvent outcome)
                    Assert.True(events[n - 1] is VerificationAnswered answer && Supports(answer, outcome), $"{which}: {document.Id} {outcome.GetType().Name} follows {events[n - 1].GetType().Name}");
            }

            Assert.Equal((long)outcomes.Count, await system.ReadAsync<long>($"select count(*) from kkiaevents.deliveries where stream_id = '{document.Id}'"));
            var last = events.OfType<VerificationAnswered>().Last();
            if (PaymentDecision.IsOpenAfter(folded, last))
                Assert.Equal(1L, await system.ReadAsync<long>($"select count(*) from kkiaevents.due where stream_id = '{document.Id}'"));
        }

        // Money in is money in the books: each order is paid by the one transaction that it names, with its amount.
        Assert.Equal(paid.Count, paid.Where(p => p.OrderId is not null).Select(p => p.OrderId).Distinct().Count() + paid.Count(p => p.OrderId is null));
        foreach (var outcome in paid.Where(p => p.OrderId is not null))
        {
            var order = Assert.Single(orders, o => o.OrderId == outcome.OrderId);
            Assert.Equal((outcome.TransactionId, outcome.Amount), (order.PaidBy, order.PaidAmount));
        }

        foreach (var order in orders.Where(o => o.PaidBy is not null))
            Assert.Equal(order.PaidAmount, Assert.Single(paid, p => p.TransactionId == order.PaidBy).Amount);
    }

    private static bool Supports(VerificationAnswered answer, OrderEvent outcome) => outcome switch
    {
        OrderPaid paid => answer.Status == TransactionStatus.Complete && answer.Answer.Amount == paid.Amount,
        OrderPaymentFailed => answer.Status is TransactionStatus.Failed or TransactionStatus.Cancelled,
        OrderRefunded => answer.Status == TransactionStatus.Refunded,
        _ => true,
    };

    private static PaymentFacts Facts(Random random, string merchant, int step)
    {
        var key = new PaymentKey(merchant, $"txn_{random.Next(3)}");
        string? order = random.Next(5) switch { 0 => null, 1 => "order-2", _ => "order-1" };
        long amount = random.Next(4) == 0 ? 100 : 5000;
        TransactionStatus status = random.Next(10) switch
        {
            < 4 => TransactionStatus.Complete,
            < 6 => TransactionStatus.Failed,
            6 => TransactionStatus.Pending,
            7 => TransactionStatus.NotFound,
            8 => TransactionStatus.Cancelled,
            _ => TransactionStatus.Refunded,
        };
        // Answers come in the order of time; a claim comes with each, at times an exact repeat.
        var at = Noon.AddSeconds(step * 3);
        var claim = new WebhookRecorded(
            Guid.CreateVersion7(), "transaction.failed", random.Next(3) == 0 ? null : amount, random.Next(3) == 0 ? null : order, "{}", $"digest-{random.Next(8)}", null, at);
        return new()
        {
            Key = key,
            Claims = [claim],
            FromDue = true,
            Answer = new(
                new KkiapayTransaction { TransactionId = key.TransactionId, Status = status, ProviderStatus = status.ToString().ToUpperInvariant(), Amount = amount, Raw = "{}" }, order, at),
        };
    }

    private static PaymentFacts Fact(PaymentKey key, TransactionStatus status, DateTimeOffset at) => new()
    {
        Key = key,
        Claims = [new WebhookRecorded(Guid.CreateVersion7(), "transaction.success", null, null, "{}", "digest", null, at)],
        FromDue = true,
        Answer = new(new KkiapayTransaction { TransactionId = key.TransactionId, Status = status, ProviderStatus = status.ToString().ToUpperInvariant(), Raw = "{}" }, null, at),
    };

    /// <summary>The design's table, written once more and as plainly as can be.</summary>
    private sealed class ReferenceLedger
    {
        private readonly Dictionary<string, string> _paidBy = [];
        private readonly Dictionary<string, Known> _payments = [];

        public string? Expect(string id, WebhookRecorded[] claims, VerificationAnswered answer)
        {
            var payment = _payments.TryGetValue(id, out var known) ? known : _payments[id] = new();
            foreach (var claim in claims.Where(c => payment.Digests.Add(c.BodySha256)))
            {
                if (claim.Amount is { } claimed)
                    payment.Amounts.Add(claimed);
                if (claim.OrderId is { } named && !payment.Orders.Contains(named))
                    payment.Orders.Add(named);
            }

            var failing = answer.Status is TransactionStatus.Failed or TransactionStatus.Cancelled;
            payment.Failing = failing ? payment.Failing ?? answer.AnsweredAt : null;
            payment.Unknown = answer.Status == TransactionStatus.NotFound ? payment.Unknown + 1 : 0;
            var outcome = Outcome(payment, id, answer);
            if (outcome is "OrderPaid" or "OrderPaymentFailed" or "OrderRefunded")
                payment.State = outcome;
            else if (outcome is not null)
                (payment.State, _) = (payment.State is "OrderPaid" or "OrderRefunded" ? payment.State : "Flagged", payment.Flags.Add(outcome));
            return outcome;
        }

        private string? Outcome(Known payment, string id, VerificationAnswered answer)
        {
            var amount = answer.Answer.Amount!.Value;
            var order = answer.OrderId ?? payment.Orders.FirstOrDefault();
            string? Flag(string reason) => payment.Flags.Contains(reason) ? null : reason;
            if (payment.State == "OrderRefunded")
                return null;
            if (answer.Status == TransactionStatus.Refunded)
                return "OrderRefunded";
            if (payment.State == "OrderPaid")
                return answer.Status == TransactionStatus.Pending ? null
                    : answer.Status != TransactionStatus.Complete ? Flag("Contradiction")
                    // What was accepted once is accepted, whatever is said of its amount now: it holds its order all the same.
                    : amount != payment.PaidAmount ? Flag("Contradiction") ?? Held(payment, order, id)
                    : payment.PaidOrder is null && order is not null && _paidBy.TryGetValue(order, out var by) && by != id ? Flag("AlreadyPaid")
                    : Held(payment, order, id);
            if (answer.Status == TransactionStatus.Complete)
            {
                if (payment.Orders.Count > 0 && (!payment.Orders.Contains(order!) || (answer.OrderId is null && payment.Orders.Count > 1)))
                    return Flag("OrderMismatch");
                if (payment.Amounts.Count > 0 && !payment.Amounts.Contains(amount))
                    return Flag("AmountMismatch");
                if (order is not null && _paidBy.TryGetValue(order, out var other) && other != id)
                    return Flag("AlreadyPaid");
                if (order is not null)
                    _paidBy[order] = id;
                (payment.PaidAmount, payment.PaidOrder) = (amount, order);
                return "OrderPaid";
            }

            if (payment.State == "OrderPaymentFailed")
                return null;
            return answer.Status switch
            {
                TransactionStatus.Failed or TransactionStatus.Cancelled when answer.AnsweredAt >= payment.Failing!.Value.AddSeconds(5) => "OrderPaymentFailed",
                TransactionStatus.NotFound when payment.Unknown >= 5 => Flag("UnknownTransaction"),
                _ => null,
            };
        }

        // Paid without an order, and an order is named since: it is this payment's now.
        private string? Held(Known payment, string? order, string id)
        {
            if (payment.PaidOrder is null && order is not null && _paidBy.TryAdd(order, id))
                payment.PaidOrder = order;
            return null;
        }

        private sealed class Known
        {
            public HashSet<string> Digests { get; } = [];

            public HashSet<long> Amounts { get; } = [];

            public List<string> Orders { get; } = [];

            public HashSet<string> Flags { get; } = [];

            public string? State { get; set; }

            public int Unknown { get; set; }

            public DateTimeOffset? Failing { get; set; }

            public long? PaidAmount { get; set; }

            public string? PaidOrder { get; set; }
        }
    }
}
