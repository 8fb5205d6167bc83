using CsCheck;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>Two transactions, two orders, and everybody who has a say: KKiaPay, webhooks, the shop, operators, in any order.</summary>
public class OperatorPropertyTests
{
    private static readonly OrderPolicy Strict = new() { Unannounced = OrderRule.Flag, WithoutReference = OrderRule.Flag };

    private static readonly Guid One = new(1, 0, 0, new byte[8]);

    private static readonly Guid Two = new(2, 0, 0, new byte[8]);

    private static readonly Gen<string> Order = Gen.OneOf("order-1", "order-2");

    private static readonly Gen<Step> Steps = Gen.Select(Gen.Int[0, 1], Gen.Frequency(
        (5, Gen.Select(Gen.Frequency((4, Gen.Const(TransactionStatus.Complete)), (4, Gen.Enum<TransactionStatus>())), Gen.OneOf(100L, 5000L), Gen.OneOf<string?>(null, "order-1", "order-2"))
            .Select((status, amount, order) => (Func<Payment, DateTimeOffset, object>)((_, at) => Given.Answer(status, amount, order, at: at)))),
        (2, Gen.Select(Gen.OneOf<long?>(null, 100, 5000), Gen.OneOf<string?>(null, "order-1", "order-2"), Gen.Int[0, 9])
            .Select((amount, order, digest) => (Func<Payment, DateTimeOffset, object>)((_, at) => Given.Claim(amount, order, digest: $"d{digest}") with { ReceivedAt = at }))),
        (1, Gen.Select(Order, Gen.OneOf(100L, 5000L)).Select((order, due) => (Func<Payment, DateTimeOffset, object>)((_, at) => new OrderAnnounced(order, due, null, at)))),
        (1, Order.Select(order => (Func<Payment, DateTimeOffset, object>)((_, at) => new PaymentAnnounced(order, at)))),
        (3, Gen.Enum<FlagVerdict>().Select(verdict => (Func<Payment, DateTimeOffset, object>)((payment, at) => PaymentActs.Review(payment, verdict, "ama", "looked at it", at)))),
        (1, Gen.Const((Func<Payment, DateTimeOffset, object>)((_, at) => new RefundRequested("ama", "returned", at)))),
        // With an id and, as before sendings had one, without.
        (2, Gen.OneOf<Guid?>(null, One, Two).Select(sending => (Func<Payment, DateTimeOffset, object>)((_, at) => new RefundSent(at, sending)))),
        (1, Gen.Select(Gen.Enum<RefundAnswer>(), Gen.OneOf<Guid?>(null, One, Two)).Select((answer, sending) => (Func<Payment, DateTimeOffset, object>)((_, at) => new RefundAnswered(answer, "as KKiaPay put it", at, sending)))),
        (1, Gen.Bool.Select(done => (Func<Payment, DateTimeOffset, object>)((payment, at) => PaymentActs.RefundSettlement(payment, done, "ama", "the dashboard says so", at))))))
        .Select((transaction, make) => new Step(transaction, make));

    private static readonly Gen<World> Worlds = Gen.Select(Steps.Array[1, 40], Gen.Bool).Select((steps, strict) => World.Of(steps, strict ? Strict : Given.Lenient));

    [Fact]
    public void Each_transaction_and_each_order_is_paid_at_most_once() => Worlds.Sample(world =>
    {
        var paid = world.Outcomes.OfType<OrderPaid>().ToList();
        Assert.Equal(paid.Count, paid.Select(p => p.TransactionId).Distinct().Count());
        var orders = paid.Where(p => p.OrderId is not null).Select(p => p.OrderId!).Concat(world.Held.Select(h => h.OrderId)).ToList();
        Assert.Equal(orders.Count, orders.Distinct().Count());
    }, iter: 20_000);

    [Fact]
    public void Every_OrderPaid_follows_from_an_answer_that_says_complete_and_that_amount() => Worlds.Sample(world =>
    {
        foreach (var (before, answer, outcome) in world.Decisions)
        {
            if (outcome is OrderPaid paid)
            {
                Assert.Equal((TransactionStatus.Complete, (long?)paid.Amount), (answer.Status, answer.Answer.Amount));
                Assert.False(before.AwaitsRefund);
            }
        }
    }, iter: 20_000);

    [Fact]
    public void Money_that_is_not_what_was_due_pays_an_order_only_where_a_person_accepted_that_amount() => Worlds.Sample(world =>
    {
        foreach (var (before, _, outcome) in world.Decisions)
        {
            if (outcome is OrderPaid { OrderId: { } orderId } paid && world.DueOf(orderId, paid.DecidedAt) is { } due && due != paid.Amount)
            {
                Assert.Equal(FlagVerdict.Accepted, before.Review?.Verdict);
                Assert.Contains(FlagReason.AmountMismatch, before.Review!.Flags);
                Assert.Equal((paid.Amount, orderId), (before.Review.Amount, before.Review.OrderId));
            }
        }
    }, iter: 20_000);

    [Fact]
    public void What_a_person_rejected_stays_unpaid_while_KKiaPay_says_the_same() => Worlds.Sample(world =>
    {
        foreach (var (before, answer, outcome) in world.Decisions)
        {
            if (before is { Outcome: PaymentOutcome.Rejected, Review: { } review } && review.Status == answer.Status && review.Amount == answer.Answer.Amount && answer.Status != TransactionStatus.Refunded)
                Assert.True(outcome is null or OrderPaymentFlagged { Reason: FlagReason.RefundUnconfirmed });
        }
    }, iter: 20_000);

    [Fact]
    public void A_refund_is_sent_once_unless_KKiaPay_did_not_take_it_or_refused_it_and_a_person_asked_again() => Worlds.Sample(world =>
    {
        foreach (var stream in world.Streams)
        {
            var mayBeSent = false;
            Guid? sending = null;
            foreach (var e in stream)
            {
                // An answer that belongs to another sending sends nothing again.
                if (e is RefundRequested or RefundAnswered { Answer: RefundAnswer.NotTaken, By: null } && (e as RefundAnswered)?.SendingId is var of && (of is null || sending is null || of == sending))
                    mayBeSent = true;
                if (e is RefundSent sent)
                {
                    Assert.True(mayBeSent);
                    (mayBeSent, sending) = (false, sent.SendingId);
                }
            }
        }
    }, iter: 20_000);

    [Fact]
    public void Each_refund_that_KKiaPay_refuses_is_followed_until_a_person_is_told_or_it_was_given_back() => Worlds.Sample(world =>
    {
        foreach (var (before, answer, outcome) in world.Decisions.Where(d => d.Before.RefundRefusal is not null && d.Before.Outcome != PaymentOutcome.Refunded))
        {
            var after = outcome is null ? before.Evolve(answer) : before.Evolve(answer).Evolve(outcome);
            Assert.True(after.RefundRefusal is null ? after.Flags.Contains(FlagReason.RefundUnconfirmed) : PaymentDecision.IsOpenAfter(after, answer) || after.Outcome == PaymentOutcome.Refunded);
            if (answer.Status == TransactionStatus.Complete)
                Assert.Equal(FlagReason.RefundUnconfirmed, Assert.IsType<OrderPaymentFlagged>(outcome).Reason);
        }
    }, iter: 20_000);

    [Fact]
    public void Money_in_is_money_in_the_books() => Worlds.Sample(world =>
    {
        var paid = world.Outcomes.OfType<OrderPaid>().ToDictionary(p => p.TransactionId);
        foreach (var order in world.Orders)
        {
            if (order.PaidBy is { } by)
                Assert.Equal(paid[by].Amount, order.PaidAmount);
        }

        foreach (var payment in world.Payments.Where(p => p.PaidEventId is not null && p.PaidOrderId is not null))
            Assert.Equal(payment.TransactionId, world.Orders.Single(o => o.OrderId == payment.PaidOrderId).PaidBy);
    }, iter: 20_000);

    [Fact]
    public void What_is_not_settled_is_asked_about_again_or_waits_for_a_person() => Worlds.Sample(world =>
    {
        foreach (var (before, answer, outcome) in world.Decisions)
        {
            var after = outcome is null ? before.Evolve(answer) : before.Evolve(answer).Evolve(outcome);
            if (after.Outcome == PaymentOutcome.Open)
                Assert.True(PaymentDecision.IsOpenAfter(after, answer) || after.Flags.Count > 0);
        }
    }, iter: 20_000);

    private sealed record Step(int Transaction, Func<Payment, DateTimeOffset, object> Make);

    /// <summary>The ledger without its store: what is refused is refused as there, what follows from an answer is decided as there.</summary>
    private sealed class World
    {
        private readonly Payment[] _payments = [Given.PaymentOf(new("default", "txn_0")), Given.PaymentOf(new("default", "txn_1"))];
        private readonly List<object>[] _streams = [[], []];
        private readonly Dictionary<string, Order> _orders = [];
        private readonly List<(string OrderId, long Due, DateTimeOffset At)> _dues = [];

        public IEnumerable<Payment> Payments => _payments;

        public IEnumerable<IReadOnlyList<object>> Streams => _streams;

        public IEnumerable<Order> Orders => _orders.Values;

        public List<(Payment Before, VerificationAnswered Answer, OrderEvent? Outcome)> Decisions { get; } = [];

        public List<OrderHeld> Held { get; } = [];

        public IEnumerable<OrderEvent> Outcomes => Decisions.Select(d => d.Outcome).OfType<OrderEvent>();

        public static World Of(IReadOnlyList<Step> steps, OrderPolicy policy)
        {
            var world = new World();
            for (var n = 0; n < steps.Count; n++)
                world.Take(steps[n], Given.Noon.AddSeconds(4 * n), policy);
            return world;
        }

        public long? DueOf(string orderId, DateTimeOffset at) =>
            _dues.Where(d => d.OrderId == orderId && d.At <= at).Select(d => (long?)d.Due).FirstOrDefault();

        private void Take(Step step, DateTimeOffset at, OrderPolicy policy)
        {
            var payment = _payments[step.Transaction];
            var fact = step.Make(payment, at);
            switch (fact)
            {
                // Nobody asks about a payment that nobody named.
                case not (WebhookRecorded or PaymentAnnounced or OrderAnnounced) when payment.FirstSeenAt == default:
                    return;
                case VerificationAnswered answer:
                    Decide(step.Transaction, answer with { Answer = answer.Answer with { TransactionId = payment.TransactionId } }, policy);
                    return;
                case OrderAnnounced announced:
                    if (Find(announced.OrderId).Due is null)
                    {
                        _orders[announced.OrderId] = Find(announced.OrderId).After(announced);
                        _dues.Add((announced.OrderId, announced.Amount, at));
                    }

                    return;
                case WebhookRecorded claim when payment.Knows(claim):
                case PaymentAnnounced when payment.AnnouncedOrderId is not null:
                case FlagReviewed review when PaymentActs.ReviewProblem(payment, review.Verdict) is not null:
                case RefundRequested when PaymentActs.RefundProblem(payment) is not null:
                case RefundSent when payment.Refund != RefundState.Requested:
                case RefundAnswered { By: not null } when PaymentActs.RefundSettlementProblem(payment, at.AddDays(1)) is not null:
                case RefundAnswered when payment.Refund is not (RefundState.Sent or RefundState.Accepted):
                    return;
            }

            Add(step.Transaction, fact);
        }

        private void Decide(int transaction, VerificationAnswered answer, OrderPolicy policy)
        {
            var before = _payments[transaction];
            var order = PaymentDecision.OrderOf(before, answer) is { } orderId ? Find(orderId) : null;
            var outcome = PaymentDecision.Decide(before, order, answer, policy);
            Decisions.Add((before, answer, outcome));
            Add(transaction, answer);
            if (outcome is not null)
            {
                Add(transaction, outcome);
                if (order is not null)
                    _orders[order.OrderId] = order.After(outcome);
            }
            else if (order is { PaidBy: null } && answer.Status == TransactionStatus.Complete && _payments[transaction] is { Outcome: PaymentOutcome.Paid, PaidOrderId: null } paid)
            {
                var held = new OrderHeld(order.OrderId, paid.Amount, answer.AnsweredAt);
                Held.Add(held);
                Add(transaction, held);
                _orders[order.OrderId] = order.PaidBefore(paid.TransactionId, paid.Amount);
            }
        }

        private Order Find(string orderId) => _orders.TryGetValue(orderId, out var order) ? order : KkiaEvents.Ledger.Orders.Order.New("default", orderId);

        private void Add(int transaction, object e)
        {
            _streams[transaction].Add(e);
            _payments[transaction] = _payments[transaction].Evolve(e);
        }
    }
}
