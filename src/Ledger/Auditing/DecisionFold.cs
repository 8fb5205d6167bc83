using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>
/// Takes every decision again: folds stored events in order of position, asks <see cref="PaymentDecision.Decide"/> at each
/// answer, and holds the result against the outcome that is stored after it. Keeps one small state for each payment and
/// order it has seen, never the events.
/// </summary>
public sealed class DecisionFold(Func<string, OrderPolicy> policyOf)
{
    private readonly Dictionary<string, Track> _payments = [];
    private readonly OrderBook _orders = new();

    /// <summary>How many payments were folded.</summary>
    public int Payments => _payments.Count;

    /// <summary>How many answers a decision was taken for again.</summary>
    public long Decisions { get; private set; }

    /// <summary>How many outcomes an operator's act led to, which no rule can take again.</summary>
    public long ByOperators { get; private set; }

    /// <summary>The payment as folded so far; null when unknown.</summary>
    public Payment? PaymentOf(string streamId) => _payments.GetValueOrDefault(streamId)?.Payment;

    /// <summary>The order as folded so far; null when unknown.</summary>
    public Order? OrderOf(string merchant, string orderId) => _orders.Find(merchant, orderId);

    /// <summary>Every order folded so far.</summary>
    public IReadOnlyCollection<Order> Orders => _orders.Orders.Values;

    /// <summary>Folds one more event.</summary>
    /// <param name="e">The event; positions must rise from call to call.</param>
    /// <returns>What disagrees; mostly null.</returns>
    public Disagreement? Add(StoredEvent e)
    {
        object? data;
        try
        {
            data = e.Read();
        }
        catch (JsonException unreadable)
        {
            return new(e.StreamId, e.Position, e.Version, DisagreementKind.Unreadable, e.Type, null, $"The stored event can't be read: {unreadable.Message}");
        }

        if (StoredEvent.PaymentAt(e.StreamId) is not { } key)
        {
            _orders.Add(e.StreamId, data);
            return null;
        }

        if (!_payments.TryGetValue(e.StreamId, out var track))
            _payments[e.StreamId] = track = new(Payment.New(key));

        var found = Settle(track, e, data);
        if (data is VerificationAnswered answer)
            found = Expect(track, e, answer) ?? found;
        else if (data is VerificationUnanswered unanswered)
            Expect(track, e, unanswered);
        track.ActBefore = data is OrderEvent ? track.ActBefore : !e.IsFactOrOutcome;
        if (data is not null)
            track.Payment = track.Payment.Evolve(data);
        _orders.Add(e.StreamId, data);
        return found;
    }

    /// <summary>What is left to say once every event was folded.</summary>
    public IEnumerable<Disagreement> Finish()
    {
        foreach (var track in _payments.Values)
        {
            if (track.Asked is { } asked && track.Expected is { } expected)
                track.Missing ??= (asked, expected);
            if (track.Missing is not { } missing)
                continue;
            yield return new(
                missing.Answer.StreamId, missing.Answer.Position, missing.Answer.Version, DisagreementKind.Missing, null, NameOf(missing.Outcome),
                $"KKiaPay's answer led to no outcome; {NameOf(missing.Outcome)} follows from it.");
        }
    }

    // An outcome stands right behind the answer it follows from: both were appended in one commit.
    private Disagreement? Settle(Track track, StoredEvent e, object? data)
    {
        var (asked, expected) = (track.Asked, track.Expected);
        (track.Asked, track.Expected) = (null, null);
        if (data is not OrderEvent stored)
        {
            if (asked is not null && expected is not null)
                track.Missing ??= (asked.Value, expected);
            return null;
        }

        // Two commits that only read an order may have seen it in another order than their positions say; the decision
        // that seemed to be missing was then taken at the next answer.
        if (track.Missing?.Outcome.EventId == stored.EventId)
            track.Missing = null;
        if (asked is null)
        {
            if (track.ActBefore)
            {
                ByOperators++;
                return null;
            }

            return new(e.StreamId, e.Position, e.Version, DisagreementKind.WithoutAnswer, NameOf(stored), null,
                $"{NameOf(stored)} is stored without an answer of KKiaPay's right before it.");
        }

        if (expected is null)
            return new(e.StreamId, e.Position, e.Version, DisagreementKind.NotSupported, NameOf(stored), null, $"{NameOf(stored)} is stored; nothing follows from the facts.");
        var differences = OutcomeDifference.Between(stored, expected);
        return differences.Count == 0
            ? null
            : new(e.StreamId, e.Position, e.Version, DisagreementKind.Differs, NameOf(stored), NameOf(expected), string.Join("; ", differences));
    }

    private Disagreement? Expect(Track track, StoredEvent e, VerificationAnswered answer)
    {
        var payment = track.Payment;
        var order = PaymentDecision.OrderOf(payment, answer) is { } orderId
            ? _orders.Named(payment.Merchant, orderId)
            : null;
        Decisions++;
        try
        {
            (track.Asked, track.Expected) = (new(e.StreamId, e.Position, e.Version), PaymentDecision.Decide(payment, order, answer, policyOf(payment.Merchant)));
            return null;
        }
        catch (ArgumentOutOfRangeException unknown)
        {
            return new(e.StreamId, e.Position, e.Version, DisagreementKind.Unreadable, null, null, $"This version can't decide from it: {unknown.Message}");
        }
    }

    private void Expect(Track track, StoredEvent e, VerificationUnanswered unanswered)
    {
        var payment = track.Payment;
        Decisions++;
        var order = PaymentDecision.OrderOf(payment) is { } orderId ? _orders.Named(payment.Merchant, orderId) : null;
        (track.Asked, track.Expected) = (new(e.StreamId, e.Position, e.Version), UnansweredDecision.Decide(payment, order, unanswered));
    }

    private static string NameOf(OrderEvent outcome) =>
        outcome is OrderPaymentFlagged flagged ? $"{nameof(OrderPaymentFlagged)}.{flagged.Reason}" : outcome.GetType().Name;

    private readonly record struct Place(string StreamId, long Position, long Version);

    private sealed class Track(Payment payment)
    {
        public Payment Payment { get; set; } = payment;

        public Place? Asked { get; set; }

        public OrderEvent? Expected { get; set; }

        public (Place Answer, OrderEvent Outcome)? Missing { get; set; }

        public bool ActBefore { get; set; }
    }
}
