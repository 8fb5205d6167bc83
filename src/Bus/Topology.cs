using KkiaEvents.Contracts;

namespace KkiaEvents.Bus;

/// <summary>
/// What must exist on the broker so that nothing published is lost: declared by Ingress before it is ready and by
/// Processor before it consumes, so that neither depends on the other ever having run.
/// Exchanges are named as MassTransit names them: namespace and type, joined by a colon.
/// </summary>
public static class Topology
{
    /// <summary>Raw transaction events wait here for a Processor.</summary>
    public const string TransactionsQueue = "kkiaevents-processor";

    /// <summary>Announcements of what orders are due wait here for a Processor.</summary>
    public const string AnnouncementsQueue = "kkiaevents-announcements";

    /// <summary>Authentic webhooks that nobody understands wait here for a person.</summary>
    public const string ParkedQueue = "kkiaevents-parked";

    /// <summary>Messages that can't be processed wait here for a person: the queue, and the exchange in front of it.</summary>
    public const string DeadLetters = "kkiaevents-dead";

    /// <summary>
    /// Every outcome is published here, once, under <see cref="OutcomeKey"/>: a topic exchange, so that a merchant's services
    /// can be given that merchant's outcomes and no other's. It feeds the fanout exchange of each type.
    /// </summary>
    public const string OutcomesExchange = "kkiaevents-outcomes";

    /// <summary>How often the broker hands a message out before it holds it to be poison. Explicit: RabbitMQ 4 has a default of its own, 3 has none.</summary>
    public const int DeliveryLimit = 20;

    /// <summary>The queues that a service consumes, with the message type each takes in.</summary>
    public static IReadOnlyList<(string Queue, Type Message)> ConsumedQueues { get; } =
    [
        (TransactionsQueue, typeof(TransactionNotification)),
        (AnnouncementsQueue, typeof(ExpectPayment)),
    ];

    /// <summary>The message types whose exchange feeds <see cref="TransactionNotification"/>'s.</summary>
    public static IReadOnlyList<Type> RawTypes { get; } = [typeof(TransactionSucceeded), typeof(TransactionFailed), typeof(TransactionTimedOut)];

    /// <summary>The message types that are published to <see cref="OutcomesExchange"/>.</summary>
    public static IReadOnlyList<Type> OutcomeTypes { get; } =
        [typeof(OrderPaid), typeof(OrderPaymentFailed), typeof(OrderPaymentFlagged), typeof(OrderRefunded), typeof(ExpectPaymentRefused)];

    /// <summary>
    /// Arguments of a consumed queue. Dead lettering is at least once (which needs <c>reject-publish</c>): a broker that
    /// dies between the queues must not lose the message.
    /// </summary>
    public static IReadOnlyDictionary<string, object> ConsumedQueueArguments { get; } = new Dictionary<string, object>
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = DeliveryLimit,
        ["x-dead-letter-exchange"] = DeadLetters,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    /// <summary>
    /// Arguments of a queue that waits for a person. Looking at a message hands it out and takes it back; the limit that
    /// RabbitMQ 4 has by default (20) would drop it after that many looks.
    /// </summary>
    public static IReadOnlyDictionary<string, object> KeptQueueArguments { get; } = new Dictionary<string, object>
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = int.MaxValue,
    };

    /// <summary>The routing key of an outcome: <c>shop-a.OrderPaid</c>.</summary>
    /// <param name="merchant">The merchant; its name has no dot, so that the key has two words.</param>
    /// <param name="outcome">One of <see cref="OutcomeTypes"/>.</param>
    public static string OutcomeKey(string merchant, Type outcome) => $"{merchant}.{outcome.Name}";

    /// <summary>A message type's exchange.</summary>
    public static string ExchangeOf(Type message) => $"{message.Namespace}:{message.Name}";
}
