namespace KkiaEvents.Sandbox.Payments;

/// <summary>What becomes of a payment over time, unless somebody moves it by hand. Pure: the clock is the caller's.</summary>
internal static class Timeline
{
    public static PaymentFacts At(PaymentTemplate payment, DateTimeOffset createdAt, DateTimeOffset now)
    {
        var settledAt = createdAt + payment.SettleAfter;
        var knownAt = payment.Webhook.BeforeApi > TimeSpan.Zero ? settledAt + payment.Webhook.BeforeApi : createdAt;
        if (payment.Outcome == Outcome.Unknown || now < knownAt) return new PaymentFacts(PaymentState.NotFound, createdAt);
        if (payment.Outcome == Outcome.Pending || now < settledAt) return new PaymentFacts(PaymentState.Pending, createdAt);

        var succeededAt = payment.Outcome is Outcome.Success ? settledAt : settledAt + payment.LateSuccessAfter;
        var state = StateOf(payment.Outcome, payment.StateAfterTimeout);
        var performedAt = settledAt;
        if (succeededAt is { } success && now >= success)
        {
            performedAt = success;
            state = payment.RefundedAfter is { } after && now >= success + after
                ? PaymentState.Refunded
                : PaymentState.Complete;
        }

        var (code, message) = state is PaymentState.Failed or PaymentState.Cancelled
            ? FailureReason.Of(payment.Outcome, payment.FailureCode, payment.FailureMessage)
            : default;
        return StatusWords.Override(new PaymentFacts(state, performedAt, code, message), payment.ApiStatus);
    }

    public static PaymentState StateOf(Outcome outcome, PaymentState afterTimeout) => outcome switch
    {
        Outcome.Success => PaymentState.Complete,
        Outcome.Failed => PaymentState.Failed,
        Outcome.Cancelled => PaymentState.Cancelled,
        Outcome.Timeout => afterTimeout,
        Outcome.Refunded => PaymentState.Refunded,
        Outcome.Unknown => PaymentState.NotFound,
        _ => PaymentState.Pending,
    };
}
