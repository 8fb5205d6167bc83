namespace KkiaEvents.Ledger.Due;

/// <summary>When a payment that is not settled is asked about again. Pure: the caller brings the clock.</summary>
public static class FollowUp
{
    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(5),
    ];

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>After an answer that did not decide: 5 s, 15 s, 30 s, 90 s, 5 min, then doubling to 1 h; daily after a day of these.</summary>
    /// <param name="undecidedAnswers">How many such answers there were in a row, this one included; 1 or more.</param>
    /// <param name="age">How long the ledger has known of the payment.</param>
    public static TimeSpan AfterAnswer(int undecidedAnswers, TimeSpan age)
    {
        var step = Math.Max(undecidedAnswers, 1) - 1;
        if (step < Steps.Length)
            return Steps[step];
        var doublings = Math.Min(step - Steps.Length + 1, 10);
        var wait = Steps[^1] * Math.Pow(2, doublings);
        if (wait < Hour)
            return wait;
        // Not by its age alone, which two machines' clocks tell.
        return age >= Payments.PaymentDecision.PendingPatience ? TimeSpan.FromDays(1) : Hour;
    }

    /// <summary>
    /// After no answer at all: 2 s doubling to 5 min, or longer where KKiaPay asks for it (up to 1 h), spread by up to a
    /// quarter so that a provider that comes back does not meet everybody at once.
    /// </summary>
    /// <param name="attempts">How many attempts in a row went unanswered, this one included; 1 or more.</param>
    /// <param name="retryAfter">What the provider's <c>Retry-After</c> said.</param>
    /// <param name="spread">0 to 1, chosen at random by the caller.</param>
    public static TimeSpan AfterNoAnswer(int attempts, TimeSpan? retryAfter, double spread)
    {
        var backoff = TimeSpan.FromSeconds(Math.Min(2 * Math.Pow(2, Math.Clamp(attempts, 1, 30) - 1), 300));
        var wait = retryAfter is { } asked && asked > backoff ? asked : backoff;
        wait = wait < Hour ? wait : Hour;
        return Spread(wait, spread);
    }

    /// <summary>After an answer that can't be read, once the payment is flagged for it: hourly, spread by up to a quarter.</summary>
    /// <param name="spread">0 to 1, chosen at random by the caller.</param>
    public static TimeSpan AfterUnreadable(double spread) => Spread(Hour, spread);

    private static TimeSpan Spread(TimeSpan wait, double spread) => wait * (1 + 0.25 * Math.Clamp(spread, 0, 1));
}
