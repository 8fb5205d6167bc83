namespace KkiaEvents.Chaos.Judging;

/// <summary>
/// Judges a history, in the manner of Jepsen's total-queue: every 2xx ends in exactly one outcome delivered, or in
/// something that the ledger still holds open. A pure function: it sees what the provider and the shop saw, nothing else.
/// </summary>
internal static class Checker
{
    public const string Paid = "OrderPaid";
    public const string Failed = "OrderPaymentFailed";
    public const string Flagged = "OrderPaymentFlagged";
    public const string Refunded = "OrderRefunded";
    private const string SuccessEvent = "transaction.success";

    public static Judgement Judge(History history)
    {
        var tries = history.Tries.ToLookup(one => one.Transaction);
        var acknowledged = history.Tries.Where(one => one.IsAcknowledged).Select(one => one.Transaction).ToHashSet();
        var events = history.Delivered.DistinctBy(one => one.EventId).ToList();
        var byTransaction = events.ToLookup(one => one.Transaction);
        var payments = history.Payments.ToDictionary(payment => payment.Transaction);
        var paidOrders = events.Where(one => one.Type == Paid && one.Order is not null).Select(one => one.Order!).ToHashSet();

        var delivered = history.Payments
            .Where(payment => byTransaction[payment.Transaction].Any(one => Settles(payment, one.Type, tries[payment.Transaction], history.RefundsAsked)))
            .Select(payment => payment.Transaction).ToHashSet();
        var owed = history.Payments
            .Where(payment => payment.Truth != Truth.Forged && (acknowledged.Contains(payment.Transaction) || history.Announced.Contains(payment.Transaction))).ToList();
        var missing = owed.Where(payment => !delivered.Contains(payment.Transaction)).ToList();
        var lost = missing.Where(payment => !history.Open.Contains(payment.Transaction)).ToList();
        var twice = Doubles(events);
        var recovered = delivered.Where(transaction => !acknowledged.Contains(transaction) && !history.Announced.Contains(transaction)).ToHashSet();

        return new()
        {
            Attempted = history.Tries.Count,
            Acknowledged = history.Tries.Count(one => one.IsAcknowledged),
            Owed = owed.Count,
            Delivered = delivered.Count,
            Open = missing.Count - lost.Count,
            Lost = [.. lost.Select(payment => $"{payment.Transaction} ({payment.Truth}): {CameInstead(byTransaction[payment.Transaction])}")],
            Repeated = history.Delivered.Count - events.Count,
            Doubled = [.. twice.Select(one => one.What)],
            Unexpected =
            [
                .. events.Select(one => Contradiction(payments.GetValueOrDefault(one.Transaction), one, history.RefundsAsked)).OfType<string>(),
                .. history.Payments.Where(payment => payment.Truth == Truth.Forged && acknowledged.Contains(payment.Transaction))
                    .Select(payment => $"{payment.Transaction}: a webhook that is not authentic was acknowledged"),
                .. OrdersThatNobodyPaid(history, delivered, paidOrders),
            ],
            DeadLettered = history.DeadLettered,
            Recovered = recovered.Count,
            ByFault = ByFault(history, [.. lost.Select(payment => payment.Transaction)], [.. twice.SelectMany(one => one.Transactions)], recovered),
        };
    }

    /// <summary>True when an event of this type is what the payment has to end in.</summary>
    private static bool Settles(Payment payment, string type, IEnumerable<WebhookTry> tries, IReadOnlySet<string> refundsAsked) => payment.Truth switch
    {
        Truth.Paid or Truth.Announced => type == Paid,
        Truth.Refunded => type == (refundsAsked.Contains(payment.Transaction) ? Refunded : Paid),
        Truth.Failed => type == Failed,
        // A failure that was told, and a success that never got through: then the ledger can't know better.
        Truth.PaidLate => type == Paid || (type == Failed && !tries.Any(one => one.IsAcknowledged && one.Event == SuccessEvent)),
        Truth.Flagged => type == Flagged,
        Truth.SharesOrder => type is Paid or Flagged,
        _ => false,
    };

    private static string? Contradiction(Payment? payment, Delivered one, IReadOnlySet<string> refundsAsked)
    {
        if (payment is null)
            return $"{one.Transaction}: {one.Type} about a transaction that there is not";
        var allowed = payment.Truth switch
        {
            Truth.Paid or Truth.Announced => one.Type is Paid,
            Truth.Refunded => one.Type is Paid || (one.Type is Refunded && refundsAsked.Contains(one.Transaction)),
            Truth.Failed => one.Type is Failed,
            Truth.PaidLate => one.Type is Paid or Failed,
            Truth.Flagged => one.Type is Flagged,
            Truth.SharesOrder => one.Type is Paid or Flagged,
            _ => false,
        };
        if (!allowed)
            return $"{one.Transaction} ({payment.Truth}): {one.Type}";
        if (one.Type != Paid)
            return null;
        return one.Order != payment.Order ? $"{one.Transaction}: paid for order {one.Order}, not {payment.Order}"
            : one.Amount != payment.Amount ? $"{one.Transaction}: paid {one.Amount} XOF, not {payment.Amount}"
            : null;
    }

    // By transaction and by order; the same two events are one finding.
    private static List<(string What, IReadOnlyList<string> Transactions)> Doubles(IReadOnlyList<Delivered> events)
    {
        var paid = events.Where(one => one.Type == Paid).ToList();
        var byTransaction = paid.GroupBy(one => one.Transaction).Where(group => group.Count() > 1)
            .Select(group => ($"transaction {group.Key}: {Ids(group)}", (IReadOnlyList<string>)[group.Key]));
        var byOrder = paid.Where(one => one.Order is not null).GroupBy(one => one.Order!)
            .Where(group => group.DistinctBy(one => one.Transaction).Count() > 1)
            .Select(group => ($"order {group.Key}: {Ids(group)}", (IReadOnlyList<string>)[.. group.Select(one => one.Transaction).Distinct()]));
        var refunds = events.Where(one => one.Type == Refunded).GroupBy(one => one.Transaction).Where(group => group.Count() > 1)
            .Select(group => ($"refund of {group.Key}: {Ids(group)}", (IReadOnlyList<string>)[group.Key]));
        return [.. byTransaction, .. byOrder, .. refunds];

        static string Ids(IEnumerable<Delivered> group) => string.Join(", ", group.Select(one => $"{one.EventId} at {one.At:HH:mm:ss.fff}"));
    }

    // Each of two payments of an order may be the flagged one, but not both.
    private static IEnumerable<string> OrdersThatNobodyPaid(History history, HashSet<string> delivered, HashSet<string> paidOrders) =>
        history.Payments.Where(payment => payment.Truth == Truth.SharesOrder).GroupBy(payment => payment.Order)
            .Where(order => order.All(payment => delivered.Contains(payment.Transaction)) && !paidOrders.Contains(order.Key))
            .Select(order => $"order {order.Key}: each of its payments was flagged for another one");

    private static string CameInstead(IEnumerable<Delivered> events) =>
        string.Join(", ", events.Select(one => one.Type)) is { Length: > 0 } types ? $"only {types} came" : "nothing came";

    private static List<FaultTally> ByFault(History history, HashSet<string> lost, HashSet<string> doubled, HashSet<string> recovered) =>
        [.. history.Faults.GroupBy(fault => fault.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind =>
        {
            var tries = history.Tries.Where(one => kind.Any(fault => fault.From <= one.At && one.At <= fault.To)).ToList();
            var transactions = tries.Select(one => one.Transaction).ToHashSet();
            return new FaultTally(
                kind.Key, kind.Count(), tries.Count, tries.Count(one => one.IsAcknowledged), transactions.Count,
                transactions.Count(lost.Contains), transactions.Count(doubled.Contains), transactions.Count(recovered.Contains));
        })];
}
