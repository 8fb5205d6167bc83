namespace KkiaEvents.Sandbox.Payments;

/// <summary>One payment. Its template says what becomes of it over time, until it is moved by hand or refunded.</summary>
internal sealed class Payment(string id, PaymentTemplate template, DateTimeOffset createdAt, int number = -1)
{
    private Move? _move;
    private int _verifications;
    private readonly Lock _moving = new();

    public string Id => id;

    public PaymentTemplate Template => template;

    public DateTimeOffset CreatedAt => createdAt;

    /// <summary>Its number within a bulk; -1 outside of one.</summary>
    public int Number => number;

    /// <summary>How often the API was asked about it.</summary>
    public int Verifications => Volatile.Read(ref _verifications);

    /// <summary>Moved by hand: the webhooks that its template planned are off.</summary>
    public bool MovedByHand { get; private set; }

    public string PartnerId => PaymentTemplate.Numbered(template.PartnerId, number)!;

    public string Label => PaymentTemplate.Numbered(template.Label, number)!;

    public string? StateData => PaymentTemplate.Numbered(template.StateData, number);

    public void CountVerification() => Interlocked.Increment(ref _verifications);

    public PaymentFacts At(DateTimeOffset now) =>
        Volatile.Read(ref _move)?.Facts ?? Timeline.At(template, createdAt, now);

    /// <summary>What a webhook about the payment as it is now would tell; null while there is nothing to tell.</summary>
    public Outcome? TellableAt(DateTimeOffset now) => Volatile.Read(ref _move)?.Outcome ?? At(now).State switch
    {
        PaymentState.Complete or PaymentState.Refunded => Outcome.Success,
        _ when template.Outcome is Outcome.Pending || now < createdAt + template.SettleAfter => null,
        _ => template.Outcome,
    };

    public void MoveTo(Outcome outcome, string? failureCode, string? failureMessage, DateTimeOffset now)
    {
        var (code, message) = FailureReason.Of(outcome, failureCode, failureMessage);
        var state = Timeline.StateOf(outcome, template.StateAfterTimeout);
        lock (_moving)
        {
            MovedByHand = true;
            Volatile.Write(ref _move, new Move(outcome, new PaymentFacts(state, now, code, message)));
        }
    }

    /// <summary>Gives the money back: only of a successful mobile-money payment, only once, only whole.</summary>
    public RefundAnswer Refund(DateTimeOffset now)
    {
        lock (_moving)
        {
            var facts = At(now);
            if (facts.State == PaymentState.NotFound) return RefundAnswer.NotFound;
            if (template.Type != "DEBIT") return RefundAnswer.NotAPayment;
            if (facts.State != PaymentState.Complete || template.Method != "MOBILE_MONEY") return RefundAnswer.NotEligible;
            Volatile.Write(ref _move, new Move(Outcome.Refunded, facts with { State = PaymentState.Refunded }));
            return RefundAnswer.Refunded;
        }
    }

    private sealed record Move(Outcome Outcome, PaymentFacts Facts);
}

/// <summary>What the provider answers to a refund.</summary>
internal enum RefundAnswer
{
    Refunded,
    NotFound,
    NotYours,
    NotAPayment,
    NotEligible,
    NotReverted,
}
