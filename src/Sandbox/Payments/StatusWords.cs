namespace KkiaEvents.Sandbox.Payments;

/// <summary>The status words of both dialects (the document's <c>COMPLETE</c> …, the SDKs' <c>SUCCESS</c> …).</summary>
internal static class StatusWords
{
    public const string NotEligible = "TRANSACTION_NOT_ELIGIBLE";

    /// <summary>Dictated, it has the Sdk dialect answer 400 with this number: its other way to say that it knows no such transaction.</summary>
    public const string NumberedNotFound = "4003";

    public static string Rest(PaymentState state) => state switch
    {
        PaymentState.Complete => "COMPLETE",
        PaymentState.Refunded => "REFUNDED",
        PaymentState.Cancelled => "CANCELLED",
        _ => Sdk(state),
    };

    /// <summary>The SDKs know no cancelled: it is a failure, told by its code.</summary>
    public static string Sdk(PaymentState state) => state switch
    {
        PaymentState.Complete => "SUCCESS",
        PaymentState.Failed or PaymentState.Cancelled => "FAILED",
        PaymentState.Pending => "PENDING",
        PaymentState.Refunded => "REVERTED",
        PaymentState.NotYours => "INVALID_TRANSACTION",
        PaymentState.NotAPayment => "INVALID_TRANSACTION_TYPE",
        _ => "TRANSACTION_NOT_FOUND",
    };

    /// <summary>
    /// The facts as if the API said <paramref name="word"/>: a known word of either dialect is answered in the words of
    /// the dialect that asks, any other as it is.
    /// </summary>
    public static PaymentFacts Override(PaymentFacts facts, string? word)
    {
        return word switch
        {
            null => facts,
            "COMPLETE" or "SUCCESS" => Said(PaymentState.Complete),
            "FAILED" => Said(PaymentState.Failed, "processing_error"),
            "PENDING" => Said(PaymentState.Pending),
            "CANCELLED" => Said(PaymentState.Cancelled, "cancelled_by_user"),
            "REFUNDED" or "REVERTED" => Said(PaymentState.Refunded),
            "TRANSACTION_NOT_FOUND" => Said(PaymentState.NotFound),
            NumberedNotFound => Said(PaymentState.NotFound) with { Word = word },
            "INVALID_TRANSACTION" => Said(PaymentState.NotYours),
            "INVALID_TRANSACTION_TYPE" => Said(PaymentState.NotAPayment),
            "INSUFFICIENT_FUND" => Said(PaymentState.Failed, "insufficient_fund") with { Word = word },
            _ => Said(PaymentState.Pending) with { Word = word },
        };

        PaymentFacts Said(PaymentState state, string? defaultCode = null)
        {
            var (code, message) = defaultCode is null
                ? default
                : FailureReason.Of(Outcome.Failed, facts.FailureCode ?? defaultCode, facts.FailureMessage);
            return new PaymentFacts(state, facts.PerformedAt, code, message);
        }
    }
}
