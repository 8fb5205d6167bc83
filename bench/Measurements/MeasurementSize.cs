namespace KkiaEvents.Bench.Measurements;

/// <summary>How much is measured.</summary>
internal sealed record MeasurementSize(int Rounds, int Webhooks, int Payments, TimeSpan Steady, TimeSpan Frozen)
{
    /// <summary>Keep-alive connections that post webhooks as fast as they are answered.</summary>
    public const int Connections = 64;

    /// <summary>Webhooks a second of the latency's measurement.</summary>
    public const int SteadyPerSecond = 100;

    /// <summary>Webhooks a second while the broker is frozen.</summary>
    public const int FrozenPerSecond = 200;

    /// <summary>About 10 s each at the expected rates, and 20 s of steady load, a minute without a broker.</summary>
    public static MeasurementSize Full(int rounds) => new(rounds, 50_000, 20_000, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60));

    /// <summary>For a first look: the figures are lower, because programs that have just started are slow.</summary>
    public static MeasurementSize Quick(int rounds) => new(rounds, 10_000, 5_000, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
}
