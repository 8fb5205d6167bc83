using System.Diagnostics.Metrics;
using KkiaEvents.Ledger.Circuits;
using KkiaEvents.Processor.Pacing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace KkiaEvents.Tests.Unit.Processor.Pacing;

/// <summary>Two replicas' gates over one store and one clock. Nothing runs by itself: a test shares when it wants to.</summary>
internal sealed class Replicas : IDisposable
{
    public const string Shop = "shop";

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public Replicas()
    {
        WallClockOfA = new(Clock);
        var metrics = new PacingMetrics(_services.GetRequiredService<IMeterFactory>());
        A = new(Store, metrics, new(), new(WallClockOfA), Log);
        B = new(Store, metrics, new(), new(Clock), Log);
    }

    public FakeTimeProvider Clock { get; } = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>May be set to another time, which is no time that passes.</summary>
    public WallClock WallClockOfA { get; }

    public SharedCircuits Store { get; } = new();

    public LinesKept Log { get; } = new();

    public ProviderGate A { get; }

    public ProviderGate B { get; }

    public ProviderCircuit OfA(string merchant = Shop) => A.All.Single(c => c.Merchant == merchant);

    public async Task ShareAsync()
    {
        await A.ShareAsync(default);
        await B.ShareAsync(default);
        await A.ShareAsync(default);
    }

    /// <summary>Five failures of A's, shared.</summary>
    public async Task OpenAsync(TimeSpan? retryAfter = null, string merchant = Shop)
    {
        for (var i = 0; i < 5; i++)
            A.Failed(merchant, "unavailable", retryAfter);
        await ShareAsync();
    }

    /// <summary>Waits as long as it is open, and has A's probe answered.</summary>
    public async Task ProbeAsync(string merchant = Shop)
    {
        Clock.SetUtcNow(OfA(merchant).Until);
        Assert.Equal(1, await A.AdmitAsync(merchant, 10, mayProbe: true, default));
        A.Answered(merchant);
        await ShareAsync();
    }

    public void Dispose() => _services.Dispose();
}

/// <summary>A clock that can be set while time passes as before.</summary>
internal sealed class WallClock(TimeProvider steady) : TimeProvider
{
    public TimeSpan Off { get; set; }

    public override long TimestampFrequency => steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + Off;

    public override long GetTimestamp() => steady.GetTimestamp();
}

/// <summary>The lines that were logged.</summary>
internal sealed class LinesKept : ILogger<ProviderGate>
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add(formatter(state, exception));
}
