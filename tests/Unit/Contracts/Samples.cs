using System.Text.Json;
using KkiaEvents.Contracts;

namespace KkiaEvents.Tests.Unit.Contracts;

/// <summary>One message of each type with every field set, and one with nothing but the required ones.</summary>
internal static class Samples
{
    private const string Transaction = "txn_abc123456789";
    private const string Hmac = "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592";
    private static readonly Guid Event = new("0199b0a0-0000-7000-8000-000000000001");
    private static readonly Guid Earlier = new("0199b0a0-0000-7000-8000-000000000002");
    private static readonly DateTimeOffset At = new(2024, 2, 24, 10, 30, 45, TimeSpan.Zero);
    private static readonly JsonElement Data = JsonSerializer.SerializeToElement(new { orderId = "12345", gift = true });
    private static readonly Payer Payer = new() { Phone = "+22967434270", Name = "Ada Doe", Email = "ada@example.com" };

    private static readonly LocalizedText Message = new("Please try again.", "Veuillez réessayer.");

    public static object[] Full =>
    [
        new ExpectPayment { Merchant = "shop-a", OrderId = "12345", Amount = 5000, TransactionId = Transaction, Withdrawn = true },
        new ExpectPaymentRefused
        {
            EventId = Event, Merchant = "shop-a", OrderId = "12345", Amount = 5000, TransactionId = Transaction,
            Reason = "Order 12345 was paid by transaction txn_def456789012.", RefusedAt = At,
        },
        new TransactionSucceeded
        {
            DeliveryId = Event, Merchant = "shop-a", TransactionId = Transaction, Event = "transaction.success",
            Amount = 5000, Body = "{}", Signature = Hmac, ReceivedAt = At,
        },
        new TransactionFailed
        {
            DeliveryId = Event, Merchant = "shop-a", TransactionId = Transaction, Event = "transaction.failed",
            Amount = 5000, Body = "{}", Signature = Hmac, ReceivedAt = At,
        },
        new TransactionTimedOut
        {
            DeliveryId = Event, Merchant = "shop-a", TransactionId = Transaction, Event = "transaction.timeout",
            Amount = 5000, Body = "{}", Signature = Hmac, ReceivedAt = At,
        },
        new TransactionNotification
        {
            DeliveryId = Event, Merchant = "shop-a", TransactionId = Transaction, Event = "transaction.success",
            Amount = 5000, Body = "{}", Signature = Hmac, ReceivedAt = At,
        },
        new TransactionUnrecognized
        {
            DeliveryId = Event, Merchant = "shop-a", Reason = "The body is not valid UTF-8.", Body = "\uFFFD",
            BodyBase64 = "/w==", Signature = Hmac, ReceivedAt = At,
        },
        new OrderPaid
        {
            EventId = Event, Merchant = "shop-a", OrderId = "12345", TransactionId = Transaction, DecidedAt = At, ReceivedAt = At,
            PerformedAt = At, Method = "MOBILE_MONEY", Operator = "mtn", Country = "BJ", Payer = Payer, Data = Data,
            Amount = 5000, DueAmount = 5000, PaidForOrder = 5000, AmountStated = true, Fees = 25, Net = 4975, SupersedesEventId = Earlier,
        },
        new OrderPaymentFailed
        {
            EventId = Event, Merchant = "shop-a", OrderId = "12345", TransactionId = Transaction, DecidedAt = At, ReceivedAt = At,
            PerformedAt = At, Method = "MOBILE_MONEY", Operator = "mtn", Country = "BJ", Payer = Payer, Data = Data,
            Amount = 5000, FailureCode = "timeout", FailureMessage = "Not confirmed", CustomerMessage = Message, RetryAdvised = true,
        },
        new OrderPaymentFlagged
        {
            EventId = Event, Merchant = "shop-a", OrderId = "12345", TransactionId = Transaction, DecidedAt = At, ReceivedAt = At,
            PerformedAt = At, Method = "MOBILE_MONEY", Operator = "mtn", Country = "BJ", Payer = Payer, Data = Data,
            Reason = FlagReason.AlreadyPaid, Detail = "Another transaction paid the order first: refund this one.",
            Amount = 5000, ExpectedAmount = 5000, OtherTransactionId = "txn_def456789012",
        },
        new OrderRefunded
        {
            EventId = Event, Merchant = "shop-a", OrderId = "12345", TransactionId = Transaction, DecidedAt = At, ReceivedAt = At,
            PerformedAt = At, Method = "MOBILE_MONEY", Operator = "mtn", Country = "BJ", Payer = Payer, Data = Data,
            Amount = 5000, PaidEventId = Earlier,
        },
    ];

    public static object[] Least =>
    [
        new ExpectPayment { OrderId = "12345", Amount = 5000 },
        new ExpectPaymentRefused { EventId = Event, Merchant = "default", OrderId = "12345", Amount = 5000, Reason = "The order is paid.", RefusedAt = At },
        new TransactionSucceeded
        {
            DeliveryId = Event, Merchant = "default", TransactionId = Transaction, Event = "transaction.success",
            Body = "{}", ReceivedAt = At,
        },
        new TransactionFailed
        {
            DeliveryId = Event, Merchant = "default", TransactionId = Transaction, Event = "transaction.failed",
            Body = "{}", ReceivedAt = At,
        },
        new TransactionTimedOut
        {
            DeliveryId = Event, Merchant = "default", TransactionId = Transaction, Event = "transaction.timeout",
            Body = "{}", ReceivedAt = At,
        },
        new TransactionNotification
        {
            DeliveryId = Event, Merchant = "default", TransactionId = Transaction, Event = "transaction.success",
            Body = "{}", ReceivedAt = At,
        },
        new TransactionUnrecognized
        {
            DeliveryId = Event, Merchant = "default", Reason = "The body is empty.", Body = "", ReceivedAt = At,
        },
        new OrderPaid { EventId = Event, Merchant = "default", TransactionId = Transaction, DecidedAt = At, Amount = 5000 },
        new OrderPaymentFailed
        {
            EventId = Event, Merchant = "default", TransactionId = Transaction, DecidedAt = At, FailureCode = "unknown",
            CustomerMessage = Message, RetryAdvised = true,
        },
        new OrderPaymentFlagged
        {
            EventId = Event, Merchant = "default", TransactionId = Transaction, DecidedAt = At,
            Reason = FlagReason.UnknownTransaction, Detail = "KKiaPay does not know the transaction.",
        },
        new OrderRefunded { EventId = Event, Merchant = "default", TransactionId = Transaction, DecidedAt = At, Amount = 5000 },
    ];
}
