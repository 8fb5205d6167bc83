namespace KkiaEvents.Kkiapay;

/// <summary>Both dialects' words for a status. Each is understood in either dialect.</summary>
internal static class StatusWords
{
    /// <summary>How the word begins that stands for an answer without one, which says how the payment stands by <c>isPaymentSucces</c>.</summary>
    public const string Flag = "isPaymentSucces:";

    /// <summary>What a word of the field <c>status</c> means; an unknown one is pending, never final.</summary>
    public static TransactionStatus Read(string word) => Upper(word) switch
    {
        "COMPLETE" or "SUCCESS" => TransactionStatus.Complete,
        "FAILED" or "INSUFFICIENT_FUND" => TransactionStatus.Failed,
        "CANCELLED" => TransactionStatus.Cancelled,
        "REFUNDED" or "REVERTED" => TransactionStatus.Refunded,
        _ => ReadRefusal(word) ?? TransactionStatus.Pending,
    };

    /// <summary>The words that say why the provider tells nothing about a transaction; null for any other word.</summary>
    public static TransactionStatus? ReadRefusal(string? word) => word is null ? null : Upper(word) switch
    {
        "TRANSACTION_NOT_FOUND" => TransactionStatus.NotFound,
        "INVALID_TRANSACTION" => TransactionStatus.NotYours,
        "INVALID_TRANSACTION_TYPE" => TransactionStatus.NotAPayment,
        _ => null,
    };

    /// <summary>False for a word that the provider was never seen to use for a status: it may be a new one, and its API another.</summary>
    public static bool IsKnown(string word) =>
        Read(word) != TransactionStatus.Pending || Upper(word) is "PENDING" or "TRANSACTION_NOT_ELIGIBLE" || word.StartsWith(Flag, StringComparison.Ordinal);

    /// <summary>What the provider's word to a refund means; null for any other word.</summary>
    public static RefundResult? ReadRefund(string? word) => word is null ? null : Upper(word) switch
    {
        // SUCCESS is the Sdk dialect's word for a refund that went through.
        "REFUNDED" or "REVERTED" or "SUCCESS" => RefundResult.Refunded,
        "TRANSACTION_NOT_FOUND" => RefundResult.NotFound,
        "ALREADY_REVERTED" or "ALREADY_REFUNDED" or "TRANSACTION_ALREADY_REVERTED" or "TRANSACTION_ALREADY_REFUNDED" => RefundResult.AlreadyRefunded,
        // INSUFFICIENT_FUND here means the merchant's own balance.
        "TRANSACTION_NOT_ELIGIBLE" or "NOT_ELIGIBLE" or "INVALID_TRANSACTION" or "INVALID_TRANSACTION_TYPE" or "INSUFFICIENT_FUND" or "FAILED" or "NOT_REVERTED"
            => RefundResult.NotEligible,
        _ => null,
    };

    /// <summary>
    /// Holds the status against <c>isPaymentSucces</c>. Where the two contradict each other nothing is decided: the answer
    /// is pending and will be asked for again.
    /// </summary>
    public static TransactionStatus Reconcile(TransactionStatus status, bool? isPaymentSuccess) => (status, isPaymentSuccess) switch
    {
        (TransactionStatus.Complete, false) => TransactionStatus.Pending,
        (TransactionStatus.Complete or TransactionStatus.Refunded, _) => status,
        (_, true) => TransactionStatus.Pending,
        _ => status,
    };

    // "Transaction Not Found" is how HTTP 400 writes it.
    private static string Upper(string word) => word.Trim().ToUpperInvariant().Replace(' ', '_').Replace('-', '_');
}
