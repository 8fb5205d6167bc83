using System.Text.Json;
using System.Text.Json.Serialization;

namespace KkiaEvents.Contracts;

/// <summary>
/// What is common to all verified events about an order's payment. Each stands for itself: a subscriber needs no
/// look-up to act. Delivered at least once: ignore a repeat by <see cref="EventId"/>, which is also the bus message's id.
/// </summary>
public abstract record OrderEvent
{
    /// <summary>Id of this event. The same event always has the same id, however often it is delivered.</summary>
    public required Guid EventId { get; init; }

    /// <summary>The merchant that the payment belongs to: lower-case letters, digits and hyphens.</summary>
    public required string Merchant { get; init; }

    /// <summary>The shop's order, as the payment names it; null when the payment names none: match by <see cref="TransactionId"/> then.</summary>
    public string? OrderId { get; init; }

    /// <summary>KKiaPay's transaction id. Each attempt at paying has its own.</summary>
    public required string TransactionId { get; init; }

    /// <summary>When this was decided, UTC.</summary>
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>When the first webhook about this transaction arrived, UTC; null when none did and the payment was followed by its announcement.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>When the payment was made, by KKiaPay's clock, UTC; null when it says none.</summary>
    public DateTimeOffset? PerformedAt { get; init; }

    /// <summary><c>MOBILE_MONEY</c>, <c>CARD</c>, <c>WALLET</c>, or another word of KKiaPay's; null when unknown.</summary>
    public string? Method { get; init; }

    /// <summary>The operator or card brand in lower case (<c>mtn</c>, <c>moov</c>, <c>orange</c>, <c>wave</c>, <c>visa</c> …); null when KKiaPay names none.</summary>
    public string? Operator { get; init; }

    /// <summary>The country of the operator's account, ISO 3166 alpha-2 (<c>BJ</c>, <c>CI</c>, <c>SN</c>, <c>TG</c>, <c>NE</c>); null when KKiaPay names none.</summary>
    public string? Country { get; init; }

    /// <summary>Who paid, as far as KKiaPay says.</summary>
    public Payer? Payer { get; init; }

    /// <summary>The shop's own data, given to the checkout and returned by KKiaPay (<c>stateData</c>): any JSON; null when there is none.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>
/// KKiaPay itself confirmed a payment for the order. Where <see cref="DueAmount"/> says what the shop announced, the payment
/// was held against it and the order is paid: hand over the goods. Where it is null, nobody announced the order and nothing
/// guarded the amount, which a buyer can change in the browser: compare <see cref="PaidForOrder"/>, or <see cref="Amount"/> where
/// that is null, with your own order first. At most one per transaction, and at most one per order that pays what was due: parts
/// of a due that a person accepted make one, when they add up to it.
/// </summary>
public sealed record OrderPaid : OrderEvent
{
    /// <summary>Gross amount that the customer's payment is worth, in whole XOF, above 0.</summary>
    public required long Amount { get; init; }

    /// <summary>
    /// What the order was due when this was decided, as the shop announced it, gross, in whole XOF; null when nobody had
    /// announced it. It is <see cref="Amount"/> or <see cref="PaidForOrder"/>, unless a person accepted the difference.
    /// </summary>
    public long? DueAmount { get; init; }

    /// <summary>
    /// How much of the order is paid with this payment, in whole XOF, where that is not <see cref="Amount"/>; null, or left out, where
    /// it is. Without <see cref="Fees"/> that the customer paid on top of the price (KKiaPay credits the merchant the rest in full);
    /// with what earlier payments of the order paid that a person accepted as parts of its due. Fees that the merchant bears are
    /// never taken off.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PaidForOrder { get; init; }

    /// <summary>True where KKiaPay confirmed the payment and its answer had no amount that can be read: <see cref="Amount"/> is what a person found in KKiaPay's dashboard. Null, or left out, otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AmountStated { get; init; }

    /// <summary>KKiaPay's commission, in whole XOF; null when it says none.</summary>
    public long? Fees { get; init; }

    /// <summary>What the merchant is credited, in whole XOF; null when it can't be known.</summary>
    public long? Net { get; init; }

    /// <summary>Always <c>XOF</c>: KKiaPay knows no other currency, and XOF has no minor unit.</summary>
    public string Currency { get; init; } = "XOF";

    /// <summary>The <see cref="OrderEvent.EventId"/> of the <see cref="OrderPaymentFailed"/> that this payment overtakes (mobile money at times confirms late); otherwise null.</summary>
    public Guid? SupersedesEventId { get; init; }
}

/// <summary>The attempt at paying failed, by KKiaPay's own word. The customer can try again with a new transaction.</summary>
public sealed record OrderPaymentFailed : OrderEvent
{
    /// <summary>The amount that was tried, in whole XOF; null when KKiaPay does not say.</summary>
    public long? Amount { get; init; }

    /// <summary>Always <c>XOF</c>.</summary>
    public string Currency { get; init; } = "XOF";

    /// <summary>KKiaPay's failure code as it came (<c>insufficient_fund</c>, <c>timeout</c> …); <c>cancelled</c> for a cancelled one, <c>unknown</c> when it gives none.</summary>
    public required string FailureCode { get; init; }

    /// <summary>KKiaPay's own words; null when it gives none.</summary>
    public string? FailureMessage { get; init; }

    /// <summary>A sentence that can be shown to the customer, in English and French.</summary>
    public required LocalizedText CustomerMessage { get; init; }

    /// <summary>True when a new attempt makes sense without changing anything; false when something must change first (another number, another amount).</summary>
    public required bool RetryAdvised { get; init; }
}

/// <summary>The payment needs review. Do not hand over goods. It may follow an <see cref="OrderPaid"/> of the same transaction: then stop.</summary>
public sealed record OrderPaymentFlagged : OrderEvent
{
    /// <summary>Why, as a word to branch on.</summary>
    public required FlagReason Reason { get; init; }

    /// <summary>Why, and what to do, in a sentence for an operator.</summary>
    public required string Detail { get; init; }

    /// <summary>The amount that KKiaPay says was paid, gross, in whole XOF; null when it does not say.</summary>
    public long? Amount { get; init; }

    /// <summary>The amount that was expected (the order's due, else the webhook's claim), in whole XOF; null when none is known.</summary>
    public long? ExpectedAmount { get; init; }

    /// <summary>Always <c>XOF</c>.</summary>
    public string Currency { get; init; } = "XOF";

    /// <summary>For <see cref="FlagReason.AlreadyPaid"/>, the transaction that paid the order first; otherwise null.</summary>
    public string? OtherTransactionId { get; init; }
}

/// <summary>Money that was taken has been given back, by KKiaPay's own word.</summary>
public sealed record OrderRefunded : OrderEvent
{
    /// <summary>Amount given back, gross, in whole XOF. KKiaPay refunds whole payments only.</summary>
    public required long Amount { get; init; }

    /// <summary>Always <c>XOF</c>.</summary>
    public string Currency { get; init; } = "XOF";

    /// <summary>The <see cref="OrderEvent.EventId"/> of the <see cref="OrderPaid"/> that this takes back; null when the payment had none.</summary>
    public Guid? PaidEventId { get; init; }
}

/// <summary>Why a payment needs review. Written on the wire by name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FlagReason>))]
public enum FlagReason
{
    /// <summary>KKiaPay's amount differs from what the order is due, or from what the webhook claimed, or can't be read. After an <see cref="OrderPaid"/>: the order was announced since, at another due, and this payment no longer pays it.</summary>
    AmountMismatch,

    /// <summary>The verified payment names another order than was announced or claimed, or one that nobody announced and that looks like an announced one; or a person released its order from it.</summary>
    OrderMismatch,

    /// <summary>The transaction belongs to another merchant.</summary>
    MerchantMismatch,

    /// <summary>The transaction is not a payment received (a payout, a transfer).</summary>
    NotAPayment,

    /// <summary>Another transaction has already paid the order: a refund is owed, unless a person accepts this one as the rest of its due. No event follows that: the order's <see cref="OrderPaid"/> went out.</summary>
    AlreadyPaid,

    /// <summary>KKiaPay has not decided after a day. It is asked again daily.</summary>
    StillPending,

    /// <summary>KKiaPay does not know the transaction: the webhook is likely forged.</summary>
    UnknownTransaction,

    /// <summary>KKiaPay now contradicts what it said before about a paid transaction.</summary>
    Contradiction,

    /// <summary>The order was not announced, or the payment names none that can be read, and the merchant's policy wants such payments reviewed; or the shop withdrew the order.</summary>
    Unannounced,

    /// <summary>The payment names no order, and the merchant's policy wants such payments reviewed.</summary>
    WithoutReference,

    /// <summary>A refund was asked for, and KKiaPay refused it or has not confirmed it for a day: the detail says which.</summary>
    RefundUnconfirmed,
}

/// <summary>Who paid, as far as KKiaPay says. Personal data: treat it as such.</summary>
public sealed record Payer
{
    /// <summary>Phone number in E.164 form with the plus (<c>+22967434270</c>) where it is a valid one, else as it came; null when none.</summary>
    public string? Phone { get; init; }

    /// <summary>Full name; null when none.</summary>
    public string? Name { get; init; }

    /// <summary>E-mail address, not checked; null when none.</summary>
    public string? Email { get; init; }
}

/// <summary>A sentence in the languages of our customers.</summary>
/// <param name="En">English.</param>
/// <param name="Fr">French.</param>
public sealed record LocalizedText(string En, string Fr);
