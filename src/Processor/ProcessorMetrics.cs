using System.Diagnostics.Metrics;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Deliveries;
using KkiaEvents.Ledger.Due;

namespace KkiaEvents.Processor;

/// <summary>What became of payments, and what waits.</summary>
internal sealed class ProcessorMetrics
{
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _verifications;
    private readonly Counter<long> _outcomes;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _announcements;
    private readonly Counter<long> _refunds;
    private readonly Histogram<double> _webhookToOutcome;
    private DeliveryBacklog _undelivered = new(0, TimeSpan.Zero);
    private DueBacklog _due = new(0, 0, TimeSpan.Zero);
    private IReadOnlyDictionary<string, long> _held = new Dictionary<string, long>();
    private TimeSpan _storeAway;
    private IReadOnlyDictionary<string, long> _keysRefused = new Dictionary<string, long>();
    private IReadOnlyDictionary<string, long> _flags = new Dictionary<string, long>();
    private IReadOnlyDictionary<string, long> _constants = new Dictionary<string, long>();

    public ProcessorMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("KkiaEvents.Processor");
        _duplicates = meter.CreateCounter<long>("kkiaevents.webhooks.duplicates", description: "Exact repeats of a recorded claim.");
        _verifications = meter.CreateCounter<long>("kkiaevents.verifications", description: "Questions to KKiaPay, by result.");
        _outcomes = meter.CreateCounter<long>("kkiaevents.outcomes", description: "Decided outcomes, by type and reason.");
        _deliveries = meter.CreateCounter<long>("kkiaevents.deliveries", description: "Deliveries to the bus, by type and result.");
        _deadLettered = meter.CreateCounter<long>("kkiaevents.deadlettered", description: "Messages put aside for a person.");
        _announcements = meter.CreateCounter<long>("kkiaevents.announcements", description: "Announced orders, by result.");
        // A series that appears with its first event hides that event from a rate.
        _duplicates.Add(0);
        _deadLettered.Add(0);
        _announcements.Add(0, new KeyValuePair<string, object?>("result", "unreadable"));
        _refunds = meter.CreateCounter<long>("kkiaevents.refunds", description: "Refunds sent to KKiaPay, by what it answered.");
        _webhookToOutcome = meter.CreateHistogram<double>("kkiaevents.webhook_to_outcome_seconds", "s", "From a payment's first webhook to the broker's confirm of its outcome.");
        meter.CreateObservableGauge(
            "kkiaevents.queue_messages", () => _held.Select(h => new Measurement<long>(h.Value, new("queue", h.Key), new("state", "unacknowledged"))),
            description: "Messages of a queue that this Processor has in hand: Ingress counts those that nobody has.");
        meter.CreateObservableGauge("kkiaevents.store_away_seconds", () => _storeAway.TotalSeconds, "s", "For how long PostgreSQL can't be written; 0 while it can.");
        meter.CreateObservableGauge("kkiaevents.undelivered", () => _undelivered.Count, description: "Outcomes that the bus has not taken.");
        meter.CreateObservableGauge("kkiaevents.undelivered_oldest_seconds", () => _undelivered.Oldest.TotalSeconds, "s", "Age of the oldest of them.");
        meter.CreateObservableGauge("kkiaevents.due", () => _due.Count, description: "Payments that wait to be asked about.");
        meter.CreateObservableGauge("kkiaevents.due_overdue", () => _due.Overdue, description: "Of these, whose time has come.");
        meter.CreateObservableGauge("kkiaevents.due_oldest_seconds", () => _due.OldestOverdue.TotalSeconds, "s", "How long the longest overdue one has been so.");
        meter.CreateObservableGauge("kkiaevents.due_keys_refused", () => By("merchant", _keysRefused), description: "Payments that wait because KKiaPay refuses the merchant's keys, by merchant.");
        meter.CreateObservableGauge("kkiaevents.flags_open", () => By("reason", _flags), description: "Payments with a flag that nobody has reviewed, by reason.");
        meter.CreateObservableGauge("kkiaevents.flags_same_order", () => By("merchant", _constants), description: "Of these, those that name one order with at least two others: likely a constant that the shop sends with every payment, by merchant.");
    }

    public void Duplicate(int count) => _duplicates.Add(count);

    public void Refunded(string answer) => _refunds.Add(1, new KeyValuePair<string, object?>("answer", answer));

    public void Verified(string result) => _verifications.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Decided(OrderEvent outcome) => _outcomes.Add(1, new("type", outcome.GetType().Name), new("reason", ReasonOf(outcome)));

    public void Delivered(string type, string result, TimeSpan? sinceWebhook)
    {
        _deliveries.Add(1, new("type", type), new("result", result));
        if (sinceWebhook is { } time)
            _webhookToOutcome.Record(time.TotalSeconds, new KeyValuePair<string, object?>("type", type));
    }

    public void DeadLettered() => _deadLettered.Add(1);

    public void Announced(bool accepted) => _announcements.Add(1, new KeyValuePair<string, object?>("result", accepted ? "accepted" : "refused"));

    /// <summary>An announcement that can't be read, or whose amount can be none.</summary>
    public void AnnouncedUnreadably() => _announcements.Add(1, new KeyValuePair<string, object?>("result", "unreadable"));

    public void Backlog(DeliveryBacklog undelivered, DueBacklog due) => (_undelivered, _due) = (undelivered, due);

    public void StoreAway(TimeSpan lasted) => _storeAway = lasted;

    /// <summary>Shows how many messages of each queue are in hand, as it changes.</summary>
    public void ShowHeld(IReadOnlyDictionary<string, long> held) => _held = held;

    public void ForPeople(IReadOnlyDictionary<string, long> keysRefused, IReadOnlyDictionary<string, long> flags) => (_keysRefused, _flags) = (keysRefused, flags);

    public void ForOneOrder(IEnumerable<RepeatedOrder> orders) =>
        _constants = orders.GroupBy(o => o.Merchant).ToDictionary(g => g.Key, g => g.Sum(o => o.Payments));

    private static IEnumerable<Measurement<long>> By(string tag, IReadOnlyDictionary<string, long> counts) =>
        counts.Select(c => new Measurement<long>(c.Value, new KeyValuePair<string, object?>(tag, c.Key)));

    private static string ReasonOf(OrderEvent outcome) => outcome switch
    {
        OrderPaymentFlagged flagged => flagged.Reason.ToString(),
        // Only the codes that we know: a label must not grow with what a provider invents.
        OrderPaymentFailed failed when Kkiapay.FailureCodes.IsKnown(failed.FailureCode) => failed.FailureCode,
        OrderPaymentFailed => "other",
        _ => "",
    };
}
