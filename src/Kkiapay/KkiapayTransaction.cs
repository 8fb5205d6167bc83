using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KkiaEvents.Kkiapay;

/// <summary>What KKiaPay's API answers about a transaction, either dialect (wire notes, "Verify").</summary>
public sealed record KkiapayTransaction
{
    /// <summary>The transaction's id: the one that was asked for.</summary>
    public required string TransactionId { get; init; }

    /// <summary>
    /// The provider's status, understood. An answer that contradicts itself (<c>COMPLETE</c> with
    /// <c>isPaymentSucces: false</c>, or the reverse) is <see cref="TransactionStatus.Pending"/>: ask again.
    /// </summary>
    public required TransactionStatus Status { get; init; }

    /// <summary>
    /// The provider's own word for the status, as it came (<c>COMPLETE</c>, <c>SUCCESS</c>, <c>REVERTED</c> …).
    /// Where the answer has no such word, what stood in for it: <c>isPaymentSucces:true</c>, <c>isPaymentSucces:false</c>,
    /// <c>404</c>, or empty.
    /// </summary>
    public required string ProviderStatus { get; init; }

    /// <summary>
    /// True when the answer speaks of this payment by no word for its status that is known: none, or a new one. It is
    /// <see cref="TransactionStatus.Pending"/> then, never final; the API may have changed.
    /// </summary>
    [JsonIgnore]
    public bool HasUnknownStatus => Status == TransactionStatus.Pending && !StatusWords.IsKnown(ProviderStatus);

    /// <summary>Gross amount in whole XOF; null when absent, not a whole number, or of two meanings (the text <c>1.000</c>).</summary>
    public long? Amount { get; init; }

    /// <summary>What the answer has for an amount where it can't be read, in one line of at most 40 units; null when it has none or <see cref="Amount"/> holds it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AmountText { get; init; }

    /// <summary>
    /// <see cref="Amount"/> less <see cref="Fees"/>, in whole XOF, where the customer paid the fees on top of the price: the answer
    /// says that the customer bears them, and its <c>income</c> is just that. Null otherwise; where the merchant or a third party bears
    /// the fees, only <see cref="Amount"/> counts.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? AmountBeforeFees { get; init; }

    /// <summary>Commission in whole XOF; null when absent.</summary>
    public long? Fees { get; init; }

    /// <summary>What the merchant is credited, in whole XOF: <c>income</c> (or <c>net</c>) where the answer has it, else amount less fees unless someone other than the merchant bears them; null when unknown.</summary>
    public long? Net { get; init; }

    /// <summary>True when the customer bears the fees, false when the merchant or a third party does; null when the answer does not say.</summary>
    public bool? CustomerBearsFees { get; init; }

    /// <summary><c>DEBIT</c> for a payment received; another word is not a payment. Null where the dialect has no such field.</summary>
    public string? Type { get; init; }

    /// <summary><c>MOBILE_MONEY</c>, <c>CARD</c>, <c>WALLET</c>, <c>BANK_ACCOUNT</c>, or as it came; null when absent.</summary>
    public string? Method { get; init; }

    /// <summary>Operator or card brand in lower case, without the country (<c>mtn</c> for <c>mtn-benin</c>); null when absent.</summary>
    public string? Operator { get; init; }

    /// <summary>The operator's country, ISO 3166 alpha-2 (<c>BJ</c>, <c>CI</c>, <c>SN</c>, <c>TG</c>, <c>NE</c>), from <c>source_common_name</c> or <c>country</c>; null when the answer names none of them.</summary>
    public string? Country { get; init; }

    /// <summary>The payer's phone in E.164 with the plus where valid, else as it came; null when absent.</summary>
    public string? Phone { get; init; }

    /// <summary>The payer's name; null when absent.</summary>
    public string? Name { get; init; }

    /// <summary>The payer's e-mail; null when absent.</summary>
    public string? Email { get; init; }

    /// <summary>The widget's <c>partnerId</c>; null when absent or empty.</summary>
    public string? PartnerId { get; init; }

    /// <summary>The shop's own data (<c>stateData</c>, or <c>state</c>): an object, also when it came as a JSON string; a JSON string when bare. Null when absent.</summary>
    public JsonElement? StateData { get; init; }

    /// <summary>Failure code as it came; null when absent.</summary>
    public string? FailureCode { get; init; }

    /// <summary>Failure message as it came; null when absent.</summary>
    public string? FailureMessage { get; init; }

    /// <summary>When the payment was made, by the provider's clock, UTC; midnight where it tells the day alone; null when absent or unreadable.</summary>
    public DateTimeOffset? PerformedAt { get; init; }

    /// <summary>The answer's body as it came, for the record.</summary>
    public required string Raw { get; init; }

    // A record prints all its members; the payer's name, phone and e-mail do not belong in a log.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("TransactionId = ").Append(TransactionId).Append(", Status = ").Append(Status)
            .Append(", ProviderStatus = ").Append(ProviderStatus).Append(", Amount = ").Append(Amount);
        return true;
    }
}

/// <summary>A transaction's status, both dialects' words mapped to one set.</summary>
public enum TransactionStatus
{
    /// <summary>Not decided, or a word that we don't know: ask again. Never final.</summary>
    Pending,

    /// <summary><c>COMPLETE</c>, <c>SUCCESS</c>: the money was taken.</summary>
    Complete,

    /// <summary><c>FAILED</c>, <c>INSUFFICIENT_FUND</c>: no money was taken.</summary>
    Failed,

    /// <summary><c>CANCELLED</c>: ended before completion.</summary>
    Cancelled,

    /// <summary><c>REFUNDED</c>, <c>REVERTED</c>: taken and given back.</summary>
    Refunded,

    /// <summary><c>TRANSACTION_NOT_FOUND</c>, the same as a sentence (<c>Transaction Not Found</c>) in an answer that shows no payment, or 404 in the Rest dialect: the provider does not know it (yet).</summary>
    NotFound,

    /// <summary><c>INVALID_TRANSACTION</c>: it belongs to another merchant.</summary>
    NotYours,

    /// <summary><c>INVALID_TRANSACTION_TYPE</c>: not a payment received.</summary>
    NotAPayment,
}

/// <summary>What KKiaPay answered to a refund.</summary>
public sealed record KkiapayRefund
{
    /// <summary>The transaction's id.</summary>
    public required string TransactionId { get; init; }

    /// <summary>What became of it.</summary>
    public required RefundResult Result { get; init; }

    /// <summary>The provider's own words, or why it refuses; null when it gave none.</summary>
    public string? Message { get; init; }

    /// <summary>The answer's body as it came.</summary>
    public required string Raw { get; init; }
}

/// <summary>What became of a refund.</summary>
public enum RefundResult
{
    /// <summary>Given back.</summary>
    Refunded,

    /// <summary>Refused (<c>FAILED</c>), or not to be refunded: a card payment, not successful, or given back already (<c>TRANSACTION_NOT_ELIGIBLE</c>). Verify to tell which.</summary>
    NotEligible,

    /// <summary>The provider does not know the transaction.</summary>
    NotFound,

    /// <summary>Not done by this call, because it was given back before, says the provider. Verifying must confirm it.</summary>
    AlreadyRefunded,
}
