namespace KkiaEvents.Ledger.Payments;

/// <summary>What is new about one payment, to be recorded and decided in one commit.</summary>
public sealed record PaymentFacts
{
    /// <summary>The payment.</summary>
    public required PaymentKey Key { get; init; }

    /// <summary>Claims that arrived; those that are known already add nothing.</summary>
    public IReadOnlyList<WebhookRecorded> Claims { get; init; } = [];

    /// <summary>What KKiaPay answered; null when it was not asked or did not answer.</summary>
    public VerificationAnswered? Answer { get; init; }

    /// <summary>Why there is no answer; null when there is one, or nobody asked.</summary>
    public NoAnswer? NoAnswer { get; init; }

    /// <summary>The version of the payment's stream when KKiaPay was asked; 0 when the ledger did not know it.</summary>
    public int KnownVersion { get; init; }

    /// <summary>True when a due row led to the question, not a claim: the answer counts although no claim is new.</summary>
    public bool FromDue { get; init; }

    /// <summary>True when the question was only whether KKiaPay still says the same: then an answer that does is not recorded, and none is no reason to ask sooner.</summary>
    public bool Recheck { get; init; }

    /// <summary>How many questions in a row had gone unanswered before this one.</summary>
    public int UnansweredBefore { get; init; }

    /// <summary>W3C trace parent, so that what happens later belongs to the webhook's trace.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>KKiaPay gave no usable answer. Says nothing about the payment.</summary>
/// <param name="Error">What happened, without secrets.</param>
/// <param name="At">When it was clear that none would come, UTC.</param>
/// <param name="RetryAfter">How long the provider asks us to wait; null when it does not say.</param>
/// <param name="KeysRefused">True for 401 and 403: an operator must look.</param>
/// <param name="AskAt">Set when KKiaPay was not asked at all: when to ask, UTC. It counts as no attempt.</param>
/// <param name="Unreadable">True when there was an answer and it can't be read: asking often does not change that.</param>
public sealed record NoAnswer(string Error, DateTimeOffset At, TimeSpan? RetryAfter = null, bool KeysRefused = false, DateTimeOffset? AskAt = null, bool Unreadable = false);

/// <summary>What became of one payment's facts.</summary>
/// <param name="Key">The payment.</param>
/// <param name="Outcome">The outcome that was decided and will be delivered; null when none was.</param>
/// <param name="Error">Why the facts could not be recorded, and never will be as they are; null when they were.</param>
public sealed record Settled(PaymentKey Key, Contracts.OrderEvent? Outcome = null, Exception? Error = null);
