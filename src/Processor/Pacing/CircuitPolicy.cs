using KkiaEvents.Ledger.Circuits;

namespace KkiaEvents.Processor.Pacing;

/// <summary>
/// How a merchant's circuit moves: closed, open for as long as the provider asks or a growing while, one probe, then a
/// slow start that grows with each answer (as TCP's congestion window does: fast up to half of the rate that failed last,
/// then slowly), closed. A single refusal among many answers is a hold: after the wait and the probe, questions go on at
/// twice the rate that was answered before, so that what waited is caught up with at once. Pure: the caller brings the
/// clock and the dice.
/// </summary>
internal static class CircuitPolicy
{
    /// <summary>Questions a second at which recovery starts, of all replicas together.</summary>
    public const double FirstRate = 4;

    // More than before the hold, or what has piled up would never shrink.
    private const double CatchUp = 2;

    /// <summary>The rate at which nothing is limited any more.</summary>
    public const double FullRate = 200;

    // Questions used up as fast as allowed double the rate in about three seconds.
    private const double GrowthPerAnswer = 0.25;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromHours(1);

    // Longer than a question takes.
    private static readonly TimeSpan ProbeLease = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Insignificant = TimeSpan.FromSeconds(1);

    /// <summary>After a failure that opens it.</summary>
    /// <param name="circuit">As it was.</param>
    /// <param name="reason">Of the failure.</param>
    /// <param name="retryAfter">What the provider asked for; up to 1 h is heeded.</param>
    /// <param name="now">UTC.</param>
    /// <param name="spread">0 to 1, at random: up to a quarter more, so that merchants don't come back as one.</param>
    /// <param name="healthyRate">Answers a second until now, when a single refusal came among many of them; null when it is trouble.</param>
    /// <returns>The circuit, the same instance when it is open already and long enough.</returns>
    public static ProviderCircuit Open(ProviderCircuit circuit, string reason, TimeSpan? retryAfter, DateTimeOffset now, double spread, double? healthyRate = null)
    {
        var asked = retryAfter < LongestAskedFor ? retryAfter : retryAfter is null ? TimeSpan.Zero : LongestAskedFor;
        if (circuit.State == CircuitState.Open && now < circuit.Until)
        {
            // What was under way when it opened comes in; only a longer wait is news, or that it was no single refusal.
            var longer = now + asked > circuit.Until + Insignificant;
            var worse = healthyRate is null && circuit.Rate > FirstRate;
            return longer || worse
                ? circuit with { Until = longer ? now + asked!.Value : circuit.Until, Rate = worse ? FirstRate : circuit.Rate }
                : circuit;
        }

        // Refused again so soon after the last wait: it goes on, and is met with a slow start.
        var resume = healthyRate is { } rate && circuit.State == CircuitState.Closed && now - circuit.Since >= Quiet ? Math.Max(FirstRate, rate * CatchUp) : FirstRate;

        var openings = circuit.Openings + 1;
        var backoff = FirstWait * Math.Pow(2, Math.Min(openings - 1, 10));
        backoff = backoff < LongestWait ? backoff : LongestWait;
        var wait = (asked > backoff ? asked.Value : backoff) * (1 + (0.25 * Math.Clamp(spread, 0, 1)));
        return circuit with
        {
            State = CircuitState.Open,
            Reason = reason,
            Since = now,
            Until = now + wait,
            Openings = openings,
            Rate = resume,
            Threshold = circuit.State switch
            {
                CircuitState.Closed => FullRate,
                CircuitState.Recovering => Math.Max(FirstRate, circuit.Rate / 2),
                _ => circuit.Threshold,
            },
        };
    }

    /// <summary>A circuit as a replica would have written it: where the database's clock was set, its times are not to be believed.</summary>
    public static ProviderCircuit Bounded(ProviderCircuit circuit, DateTimeOffset now) => circuit with
    {
        Since = Earlier(circuit.Since, now),
        Until = Earlier(circuit.Until, now + (LongestAskedFor * 1.25)),
        TokensAt = Earlier(circuit.TokensAt, now),
    };

    /// <summary>When the wait is over, or who probed is gone: one question may be asked, by whoever gets this written.</summary>
    public static ProviderCircuit? Probe(ProviderCircuit circuit, DateTimeOffset now) =>
        MayProbe(circuit, now) ? circuit with { State = CircuitState.Probing, Since = now, Until = now + ProbeLease } : null;

    /// <summary>The probe was answered.</summary>
    public static ProviderCircuit Recover(ProviderCircuit circuit, DateTimeOffset now) => circuit with
    {
        State = CircuitState.Recovering,
        Since = now,
        Until = now,
        Openings = 0,
        Rate = StartOf(circuit),
        Tokens = StartOf(circuit),
        TokensAt = now,
    };

    /// <summary>Takes questions from a recovering circuit's budget.</summary>
    /// <param name="circuit">As it was; recovering.</param>
    /// <param name="wanted">How many.</param>
    /// <param name="answers">Answers since the last time; they are what the rate grows by.</param>
    /// <param name="now">UTC.</param>
    /// <returns>The circuit, closed when the rate limits nothing any more, and how many may be asked.</returns>
    public static (ProviderCircuit Circuit, int Granted) Draw(ProviderCircuit circuit, int wanted, int answers, DateTimeOffset now)
    {
        var rate = Grown(circuit, answers);
        if (rate >= FullRate)
            return (Closed(circuit, now), wanted);
        var tokens = TokensAt(circuit, rate, now);
        var granted = Math.Min(wanted, (int)tokens);
        // Half a second's worth is left over, after a while without trouble: there is less to ask than may be asked.
        if (now - circuit.Since >= Quiet && granted == wanted && tokens - granted >= rate / 2)
            return (Closed(circuit, now), wanted);
        return (circuit with { Rate = rate, Tokens = tokens - granted, TokensAt = now }, granted);
    }

    /// <summary>Closes a recovering circuit of which nobody wants anything any more.</summary>
    public static ProviderCircuit Rest(ProviderCircuit circuit, DateTimeOffset now) =>
        circuit.State == CircuitState.Recovering && now - circuit.TokensAt >= Quiet ? Closed(circuit, now) : circuit;

    /// <summary>How many questions about payments that are due may be asked now.</summary>
    public static int Allowed(ProviderCircuit circuit, int answers, DateTimeOffset now) => circuit.State switch
    {
        CircuitState.Closed => int.MaxValue,
        CircuitState.Recovering => (int)TokensAt(circuit, Grown(circuit, answers), now),
        _ => MayProbe(circuit, now) ? 1 : 0,
    };

    /// <summary>When a payment that may not be asked about now is due: after the wait, spread, so that not all are due at one instant.</summary>
    public static DateTimeOffset AskAt(ProviderCircuit circuit, DateTimeOffset now, double spread)
    {
        var start = circuit.State == CircuitState.Open && circuit.Until > now ? circuit.Until : now;
        // Where questions go on faster than a slow start, the rate alone paces them.
        var span = TimeSpan.FromSeconds(circuit.Rate > FirstRate ? 1 : Math.Max(5, (start - now).TotalSeconds / 4));
        return start + (span * Math.Clamp(spread, 0, 1));
    }

    /// <summary>Where a replica's own view and the shared one part: true when the own one, being the more careful, counts.</summary>
    public static bool IsMoreCareful(ProviderCircuit own, ProviderCircuit shared, DateTimeOffset now)
    {
        var (ours, theirs) = (Care(own, now), Care(shared, now));
        return ours > theirs || (ours == theirs && ours == 3 && own.Until > shared.Until + Insignificant);
    }

    /// <summary>True while an open circuit is no more than the pause that a single refusal asked for.</summary>
    public static bool IsHold(ProviderCircuit circuit) => circuit.State == CircuitState.Open && circuit.Rate > FirstRate;

    private static double StartOf(ProviderCircuit circuit) => Math.Max(FirstRate, circuit.Rate);

    private static int Care(ProviderCircuit circuit, DateTimeOffset now) => circuit.State switch
    {
        CircuitState.Open when now < circuit.Until => 3,
        CircuitState.Probing => 2,
        CircuitState.Closed => 0,
        _ => 1,
    };

    private static bool MayProbe(ProviderCircuit circuit, DateTimeOffset now) =>
        circuit.State is CircuitState.Open or CircuitState.Probing && now >= circuit.Until;

    private static double Grown(ProviderCircuit circuit, int answers)
    {
        var rate = circuit.Rate;
        for (var i = 0; i < answers && rate < FullRate; i++)
            rate += rate < circuit.Threshold ? GrowthPerAnswer : 1 / rate;
        return rate;
    }

    // No more than a second's worth is kept: what was not used in time is no right to a burst.
    private static double TokensAt(ProviderCircuit circuit, double rate, DateTimeOffset now) =>
        Math.Min(rate, circuit.Tokens + (Math.Max(0, (now - circuit.TokensAt).TotalSeconds) * rate));

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static ProviderCircuit Closed(ProviderCircuit circuit, DateTimeOffset now) =>
        circuit with { State = CircuitState.Closed, Reason = "", Since = now, Until = now, Openings = 0 };
}
