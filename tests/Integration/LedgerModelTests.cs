using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>The real ledger on the real store, held against a model that a reader can check by eye.</summary>
public class LedgerModelTests(NobodySubscribed system) : IClassFixture<NobodySubscribed>
{
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
                var facts = DrawnFacts.Next(random, merchant, step);
                var known = await Ledger.FindAsync([facts.Key], default);
                var settled = Assert.Single(await Ledger.SettleAsync([facts], known, default));
                Assert.Null(settled.Error);
                var expected = model.Expect(facts.Key.TransactionId, [.. facts.Claims], facts.Answer!);
                var actual = settled.Outcome is OrderPaymentFlagged flagged ? flagged.Reason.ToString() : settled.Outcome?.GetType().Name;
                Assert.True(expected == actual, $"seed {seed}, run {run}, step {step}: the model says {expected ?? "nothing"}, the ledger {actual ?? "nothing"} for {facts.Key} {facts.Answer!.Status} {facts.Answer.Answer.Amount} {facts.Answer.OrderId}");
            }

            await Books.AgreeAsync(system, merchant, $"seed {seed}, run {run}");
        }
    }

    [Fact]
    public async Task A_failure_after_days_of_waiting_is_asked_about_once_more_within_seconds()
    {
        var now = DateTimeOffset.UtcNow;
        var key = new PaymentKey("patient", "txn_slow");
        async Task AnswerAsync(TransactionStatus status, DateTimeOffset at) =>
            Assert.Null(Assert.Single(await Ledger.SettleAsync([Fact(key, status, at)], await Ledger.FindAsync([key], default), default)).Outcome);

        await AnswerAsync(TransactionStatus.Pending, now);
        for (var answer = 1; answer < 12; answer++)
            await AnswerAsync(TransactionStatus.Pending, now.AddHours(answer));
        await AnswerAsync(TransactionStatus.Failed, now.AddHours(23));
        // Five seconds, or a minute when a Processor has claimed it since; a pending one of that age would wait for an hour.
        Assert.InRange(await system.ReadAsync<double>($"select extract(epoch from due_at - now())::float8 from kkiaevents.due where stream_id = '{key.StreamId}'"), -60, 65);
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
            if (answer.Status == TransactionStatus.Complete)
                payment.Flags.ExceptWith(["NotAPayment", "MerchantMismatch", "UnknownTransaction", "StillPending"]);
            if (outcome == "OrderPaid")
                payment.Flags.Clear();
            if (outcome is not null)
                payment.Named = OrderOf(payment, answer) ?? payment.Named;
            if (outcome is "OrderPaid" or "OrderPaymentFailed" or "OrderRefunded")
                payment.State = outcome;
            else if (outcome is not null)
                (payment.State, _) = (payment.State is "OrderPaid" or "OrderRefunded" ? payment.State : "Flagged", payment.Flags.Add(outcome));
            return outcome;
        }

        private string? Outcome(Known payment, string id, VerificationAnswered answer)
        {
            var amount = answer.Answer.Amount!.Value;
            var order = OrderOf(payment, answer);
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

        // Once it paid an order it is for that one; what KKiaPay once named is not forgotten because it names nothing now.
        private static string? OrderOf(Known payment, VerificationAnswered answer) =>
            payment.PaidOrder ?? answer.OrderId ?? payment.Orders.FirstOrDefault() ?? payment.Named;

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

            public string? Named { get; set; }
        }
    }
}
