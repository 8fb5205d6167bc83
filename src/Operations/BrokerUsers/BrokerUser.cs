using System.Text.RegularExpressions;
using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Operations.BrokerUsers;

/// <summary>
/// A user of the broker for a service that subscribes to outcomes from a queue of its own. With a merchant, an exchange named
/// as the queue is bound to that merchant's outcomes, and the user may read from nothing else: it can't bind to what others get.
/// Without one, it may bind its queue to the types' exchanges, as MassTransit does by itself, and sees every merchant.
/// </summary>
/// <param name="Name">The user's name: 1 to 40 lower-case letters, digits and hyphens.</param>
/// <param name="Queue">The service's queue; the user may also have <c>QUEUE_error</c>, <c>QUEUE_skipped</c> and <c>QUEUE-dead</c>.</param>
/// <param name="Merchant">The only merchant that it sees; null for all.</param>
/// <param name="Announces">True when it may announce what orders are due.</param>
public sealed partial record BrokerUser(string Name, string Queue, string? Merchant, bool Announces)
{
    /// <summary>Where a merchant's service announces with MassTransit, which declares what it publishes to: nobody else's announcements pass through it.</summary>
    public string AnnouncementsExchange => Merchant is null ? Topology.ExchangeOf(typeof(ExpectPayment)) : $"{Name}-announcements";

    /// <summary>The types that reach a merchant's queue: every outcome, and refusals of what it announces.</summary>
    public IEnumerable<Type> Types => Topology.OutcomeTypes.Where(t => Announces || t != typeof(ExpectPaymentRefused));

    /// <summary>What it may declare and delete, publish to and be bound to, consume from and bind from: RabbitMQ's regular expressions.</summary>
    public (string Configure, string Write, string Read) Rights()
    {
        var queue = $"{Regex.Escape(Queue)}(_error|_skipped|-dead)?";
        var announcing = Announces ? $"|{Regex.Escape(Topology.ExchangeOf(typeof(ExpectPayment)))}" : "";
        if (Merchant is not null)
        {
            var own = Announces ? $"|{Regex.Escape(AnnouncementsExchange)}" : "";
            return ($"^({queue}{own})$", $"^({queue}{own}{announcing})$", $"^({queue})$");
        }

        const string faults = "MassTransit:(Receive)?Fault.*";
        const string outcomes = @"KkiaEvents\.Contracts:(ExpectPaymentRefused|Order(Event|Paid|PaymentFailed|PaymentFlagged|Refunded))";
        return ($"^({queue}|{faults}|{outcomes}{announcing})$", $"^({queue}|{faults}{announcing})$", $"^({queue}|{faults}|{outcomes})$");
    }

    /// <summary>Refuses what would make no user, or another's.</summary>
    /// <exception cref="OperationRefusedException">A name is not of its form, or belongs to KkiaEvents or the broker.</exception>
    public void Check()
    {
        if (!PaymentKey.IsMerchantName(Name) || Name is "guest" || Name.StartsWith(Reserved, StringComparison.Ordinal))
            throw new OperationRefusedException(Refusal.Invalid, $"'{Name}' can't be the user's name: 1 to 40 lower-case letters, digits and hyphens, not guest, not beginning with {Reserved}.");
        if (!QueueForm().IsMatch(Queue) || Queue.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase) || Queue.StartsWith("amq.", StringComparison.Ordinal) || Endings.Any(e => Queue.EndsWith(e, StringComparison.Ordinal)))
            throw new OperationRefusedException(Refusal.Invalid, $"'{Queue}' can't be the queue's name: 1 to 100 letters, digits, dots, hyphens and underscores, not beginning with {Reserved} or amq., not ending in {string.Join(", ", Endings)}.");
        if (Merchant is { } merchant && !PaymentKey.IsMerchantName(merchant))
            throw new OperationRefusedException(Refusal.Invalid, $"'{merchant}' is no merchant's name: 1 to 40 lower-case letters, digits and hyphens.");
    }

    private const string Reserved = "kkiaevents";

    // What stands beside a queue of another user.
    private static readonly string[] Endings = ["_error", "_skipped", "-dead", "-announcements"];

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,100}\z")]
    private static partial Regex QueueForm();
}
