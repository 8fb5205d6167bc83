using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Deliveries;
using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Rechecks;
using KkiaEvents.Ledger.Storage;
using Marten;

namespace KkiaEvents.Ledger.Payments;

/// <summary>
/// One commit: claims, verifications, outcomes, the duty to deliver them, the orders they reserve, and what is due again.
/// All of it or nothing of it.
/// </summary>
internal sealed class SettlementCommit(IDocumentSession session, LedgerOptions options, Func<string, OrderPolicy> policyOf)
{
    private readonly string _schema = options.Schema;
    private readonly Dictionary<string, Order> _orders = [];
    private readonly HashSet<string> _changedOrders = [];
    private readonly List<DeliveryRow> _deliveries = [];
    private readonly List<DueRow> _due = [];
    private readonly List<string> _noLongerDue = [];
    private readonly List<RecheckRow> _toRecheck = [];
    private readonly List<string> _rechecked = [];
    private readonly List<string> _refunded = [];
    private readonly List<Settled> _settled = [];

    public async Task<IReadOnlyList<Settled>> RunAsync(
        IReadOnlyList<PaymentFacts> batch,
        IReadOnlyDictionary<PaymentKey, Payment> known,
        CancellationToken cancellationToken)
    {
        // Sorted, so that two batches that meet wait for each other in one direction instead of deadlocking.
        var sorted = batch.OrderBy(f => f.Key.StreamId, StringComparer.Ordinal).ToList();
        await LoadOrdersAsync(sorted, known, cancellationToken);

        foreach (var facts in sorted)
            Settle(facts, known.TryGetValue(facts.Key, out var payment) ? payment : Payment.New(facts.Key));

        WriteOrders();
        WriteRows();
        await session.SaveChangesAsync(cancellationToken);
        return _settled;
    }

    private async Task LoadOrdersAsync(
        List<PaymentFacts> batch, IReadOnlyDictionary<PaymentKey, Payment> known, CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>();
        foreach (var facts in batch.Where(f => f.Answer is not null || UnansweredDecision.Of(f) is { Attempts: >= UnansweredDecision.Patience }))
        {
            if (OrderNamedBy(facts, known) is { } orderId)
                ids.Add(Order.IdOf(facts.Key.Merchant, orderId));
        }

        if (ids.Count == 0)
            return;
        foreach (var order in await session.LoadManyAsync<Order>(cancellationToken, ids))
            _orders[order.Id] = order;
        await FindLookAlikesAsync(batch, known, cancellationToken);
    }

    // Only money can be paid for the wrong order; and one that is announced means itself.
    private async Task FindLookAlikesAsync(
        List<PaymentFacts> batch, IReadOnlyDictionary<PaymentKey, Payment> known, CancellationToken cancellationToken)
    {
        foreach (var facts in batch.Where(f => f.Answer?.Status == TransactionStatus.Complete))
        {
            if (OrderNamedBy(facts, known) is { } orderId)
                _orders.TryAdd(Order.IdOf(facts.Key.Merchant, orderId), Order.New(facts.Key.Merchant, orderId));
        }

        var unannounced = _orders.Values.Where(o => !o.IsAnnounced).ToList();
        foreach (var order in await new LookAlikes(session, _schema).WithLookAlikesAsync(unannounced, cancellationToken))
            _orders[order.Id] = order;
    }

    private static string? OrderNamedBy(PaymentFacts facts, IReadOnlyDictionary<PaymentKey, Payment> known)
    {
        var payment = known.TryGetValue(facts.Key, out var found) ? found : Payment.New(facts.Key);
        payment = facts.Claims.Aggregate(payment, (p, c) => p.Evolve(c));
        return facts.Answer is { } answer ? PaymentDecision.OrderOf(payment, answer) : PaymentDecision.OrderOf(payment);
    }

    private void Settle(PaymentFacts facts, Payment payment)
    {
        var before = payment.Version;
        var events = new List<object>(3);
        foreach (var claim in facts.Claims.Where(c => !payment.Knows(c)))
        {
            events.Add(claim);
            payment = payment.Evolve(claim);
        }

        // An exact repeat adds nothing: whoever recorded the claim first settled it, or left a due row that will.
        if (events.Count == 0 && !facts.FromDue)
        {
            _settled.Add(new(facts.Key));
            return;
        }

        if (facts is { Recheck: true, Answer: not null })
            _rechecked.Add(payment.Id);
        if (facts.Recheck && (facts.Answer is not { } same || IsTheSame(payment, same)))
        {
            _settled.Add(new(facts.Key));
            return;
        }

        OrderEvent? outcome = null;
        if (facts.Answer is { } stale && stale.AnsweredAt < payment.LastAnsweredAt && before != facts.KnownVersion)
        {
            // It waited while another answer was committed: deciding from it could contradict what is known since. Where
            // nothing was committed since the question, the answer is the later one, whatever the replicas' clocks say.
            _due.Add(new(
                payment.Id, payment.Merchant, payment.TransactionId, "overtaken", payment.FirstSeenAt, 0, 0, null, facts.TraceParent));
        }
        else if (facts.Answer is { } answer)
        {
            outcome = Decide(payment, answer, out var order);
            events.Add(answer);
            payment = payment.Evolve(answer);
            if (outcome is not null)
            {
                events.Add(outcome);
                payment = payment.Evolve(outcome);
                Reserve(order, outcome);
                Deliver(payment, outcome, before + events.Count, facts.TraceParent);
            }
            else if (Hold(order, payment, answer) is { } held)
            {
                events.Add(held);
                payment = payment.Evolve(held);
            }

            FollowUpAfter(payment, answer, facts, existed: before > 0);
            RecheckAfter(payment);
        }
        else if (facts.NoAnswer is { } noAnswer)
        {
            if (UnansweredDecision.Of(facts) is { } unanswered && FlagOf(payment, unanswered, out var order) is { } flag)
            {
                outcome = flag;
                events.Add(unanswered);
                events.Add(flag);
                payment = payment.Evolve(flag);
                Reserve(order, flag);
                Deliver(payment, flag, before + events.Count, facts.TraceParent);
            }

            AskAgain(payment, noAnswer, facts);
        }

        if (events.Count > 0)
            Append(payment.Key(), before, events);
        _settled.Add(new(facts.Key, outcome));
    }

    private OrderPaymentFlagged? FlagOf(Payment payment, VerificationUnanswered unanswered, out Order? order) =>
        UnansweredDecision.Decide(payment, order = OrderNamed(payment.Merchant, PaymentDecision.OrderOf(payment)), unanswered);

    private Order? OrderNamed(string merchant, string? orderId) =>
        orderId is null ? null : _orders.TryGetValue(Order.IdOf(merchant, orderId), out var found) ? found : Order.New(merchant, orderId);

    private OrderEvent? Decide(Payment payment, VerificationAnswered answer, out Order? order)
    {
        order = OrderNamed(payment.Merchant, PaymentDecision.OrderOf(payment, answer));
        return PaymentDecision.Decide(payment, order, answer, policyOf(payment.Merchant));
    }

    private bool IsTheSame(Payment payment, VerificationAnswered answer) =>
        RecheckQueue.Concerns(payment) && (answer.Status, answer.Answer.Amount) == (payment.LastStatus, payment.Answered is { } before ? before.Amount : payment.Amount)
        && Decide(payment, answer, out var order) is null
        && !(order is not null && (PaymentDecision.Holds(payment, order, answer) || PaymentDecision.Part(payment, order, answer, policyOf(payment.Merchant)) is not null));

    private void RecheckAfter(Payment payment)
    {
        if (payment.Outcome == PaymentOutcome.Refunded)
            _refunded.Add(payment.Id);
        else if (RecheckQueue.Concerns(payment) && options.Rechecks is [var first, ..])
            _toRecheck.Add(new(payment.Id, payment.Merchant, payment.TransactionId, first.TotalSeconds));
    }

    private void Reserve(Order? order, OrderEvent outcome)
    {
        if (order is null)
            return;
        _orders[order.Id] = order.After(outcome);
        _changedOrders.Add(order.Id);
    }

    // Nothing new followed, and the order matters all the same.
    private object? Hold(Order? order, Payment payment, VerificationAnswered answer)
    {
        if (order is null)
            return null;
        object? held = null;
        if (PaymentDecision.Holds(payment, order, answer))
        {
            held = new OrderHeld(order.OrderId, payment.Amount, answer.AnsweredAt, answer.Answer.AmountBeforeFees);
            order = order.PaidBefore(payment.TransactionId, payment.Amount, answer.Answer.AmountBeforeFees);
        }
        else if (PaymentDecision.Part(payment, order, answer, policyOf(payment.Merchant)) is { } part)
        {
            held = part;
            order = order.With(payment.TransactionId, part);
        }
        else if (!WaitsForAnnouncement(payment, order))
        {
            return null;
        }

        // Written also when only looked at: an announcement at this very moment must not be missed.
        _orders[order.Id] = order;
        _changedOrders.Add(order.Id);
        return held;
    }

    // Announced late, an order decides an unannounced payment or one that names a look-alike, or contradicts a paid one.
    private static bool WaitsForAnnouncement(Payment payment, Order order) =>
        payment.Flags.Contains(FlagReason.Unannounced) || order.LookAlike is not null || (order.Due is null && payment.PaidOrderId == order.OrderId);

    private void Deliver(Payment payment, OrderEvent outcome, int version, string? traceParent) =>
        _deliveries.Add(new(
            outcome.EventId, payment.Id, version, outcome.GetType().Name, payment.Merchant, payment.TransactionId, payment.ReceivedAt, traceParent));

    private void FollowUpAfter(Payment payment, VerificationAnswered answer, PaymentFacts facts, bool existed)
    {
        if (PaymentDecision.IsOpenAfter(payment, answer))
        {
            var since = payment.FollowsRefund ? payment.RefundRequestedAt!.Value
                : payment.Outcome == PaymentOutcome.Failed ? payment.FirstSeenAt
                : payment.FailingSince ?? payment.FirstSeenAt;
            var wait = FollowUp.AfterAnswer(payment.UndecidedAnswers, answer.AnsweredAt - since);
            _due.Add(new(
                payment.Id, payment.Merchant, payment.TransactionId, answer.Answer.ProviderStatus, payment.FirstSeenAt,
                wait.TotalSeconds, 0, null, facts.TraceParent));
        }
        else if (existed)
        {
            _noLongerDue.Add(payment.Id);
        }
    }

    private void AskAgain(Payment payment, NoAnswer noAnswer, PaymentFacts facts)
    {
        var attempts = facts.UnansweredBefore + (noAnswer.AskAt is null ? 1 : 0);
        // Whoever is told of it by a flag has it asked again at once where the cause is mended.
        var told = noAnswer.Unreadable && attempts > UnansweredDecision.Patience && payment.Flags.Count > 0 && noAnswer.At - payment.FirstSeenAt >= PaymentDecision.PendingPatience;
        var wait = noAnswer.AskAt - noAnswer.At
            ?? (told ? FollowUp.AfterUnreadable(Random.Shared.NextDouble()) : FollowUp.AfterNoAnswer(attempts, noAnswer.RetryAfter, Random.Shared.NextDouble()));
        var reason = noAnswer.AskAt is not null ? "not asked" : noAnswer.KeysRefused ? DueQueue.KeysRefused : "no answer";
        _due.Add(new(
            payment.Id, payment.Merchant, payment.TransactionId, reason,
            payment.FirstSeenAt == default ? noAnswer.At : payment.FirstSeenAt, wait.TotalSeconds, attempts, noAnswer.Error, facts.TraceParent));
    }

    private void Append(PaymentKey key, int before, List<object> events)
    {
        var wrapped = new List<object>(events.Count);
        foreach (var data in events)
        {
            var e = session.Events.BuildEvent(data);
            e.CorrelationId = key.StreamId;
            if (data is OrderEvent outcome)
                e.Id = outcome.EventId;
            wrapped.Add(e);
        }

        if (before == 0)
            session.Events.StartStream<Payment>(key.StreamId, wrapped);
        else
            session.Events.Append(key.StreamId, before + events.Count, wrapped);
    }

    private void WriteOrders()
    {
        foreach (var id in _changedOrders.Order(StringComparer.Ordinal))
        {
            var order = _orders[id];
            if (order.Version == 0)
                session.Insert(order);
            else
                session.UpdateRevision(order, order.Version + 1);
        }
    }

    private void WriteRows()
    {
        if (_noLongerDue.Count > 0)
            session.QueueSqlCommand(DueRow.DeleteSql(_schema), JsonSerializer.Serialize(_noLongerDue));
        if (_due.Count > 0)
            session.QueueSqlCommand(DueRow.UpsertSql(_schema), JsonSerializer.Serialize(_due, LedgerStore.Json));
        if (_toRecheck.Count > 0)
            session.QueueSqlCommand(RecheckRow.InsertSql(_schema), JsonSerializer.Serialize(_toRecheck, LedgerStore.Json));
        if (_rechecked.Count > 0)
            session.QueueSqlCommand(RecheckRow.AdvanceSql(_schema), JsonSerializer.Serialize(options.Rechecks.Select(w => w.TotalSeconds)), JsonSerializer.Serialize(_rechecked));
        if (_refunded.Count > 0)
            session.QueueSqlCommand(RecheckRow.DeleteSql(_schema), JsonSerializer.Serialize(_refunded));
        if (_deliveries.Count > 0)
        {
            session.QueueSqlCommand(DeliveryRow.InsertSql(_schema), JsonSerializer.Serialize(_deliveries, LedgerStore.Json));
            session.QueueSqlCommand($"notify {DeliveryTable.Channel}");
        }
    }
}
