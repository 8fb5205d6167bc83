using KkiaEvents.Ledger.Circuits;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace KkiaEvents.Tests.Integration;

/// <summary>The circuits that replicas share, between replicas whose clocks disagree.</summary>
public class CircuitStoreTests(NobodySubscribed system) : IClassFixture<NobodySubscribed>
{
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_replica_whose_clock_is_a_day_off_shares_how_long_to_wait_not_until_when(int daysOff)
    {
        var merchant = $"off-{daysOff}";
        var right = Replica(DateTimeOffset.UtcNow);
        var wrong = Replica(DateTimeOffset.UtcNow.AddDays(daysOff));

        await OpenAsync(wrong, merchant);
        Assert.InRange(await WaitAsync(right, merchant), Wait - TimeSpan.FromMinutes(1), Wait);
        Assert.InRange(await WaitAsync(wrong, merchant), Wait - TimeSpan.FromMinutes(1), Wait);

        await OpenAsync(right, $"{merchant}-right");
        Assert.InRange(await WaitAsync(wrong, $"{merchant}-right"), Wait - TimeSpan.FromMinutes(1), Wait);
    }

    [Fact]
    public async Task Of_two_replicas_that_write_over_the_same_version_one_has_it()
    {
        var (a, b) = (Replica(DateTimeOffset.UtcNow), Replica(DateTimeOffset.UtcNow));
        await OpenAsync(a, "raced");
        var read = (await b.Store.ReadAsync(default)).Single(c => c.Merchant == "raced");
        Assert.True(await b.Store.TryWriteAsync(read with { State = CircuitState.Probing }, announce: false, default));
        Assert.False(await a.Store.TryWriteAsync(read with { State = CircuitState.Probing }, announce: false, default));
        Assert.Equal(read.Version + 1, (await a.Store.ReadAsync(default)).Single(c => c.Merchant == "raced").Version);
    }

    private static async Task OpenAsync((CircuitClock Clock, CircuitStore Store) replica, string merchant)
    {
        var now = replica.Clock.Now;
        var opened = ProviderCircuit.Healthy(merchant) with { State = CircuitState.Open, Reason = "unavailable", Since = now, Until = now + Wait, TokensAt = now };
        Assert.True(await replica.Store.TryWriteAsync(opened, announce: true, default));
    }

    private static async Task<TimeSpan> WaitAsync((CircuitClock Clock, CircuitStore Store) replica, string merchant) =>
        (await replica.Store.ReadAsync(default)).Single(c => c.Merchant == merchant).Until - replica.Clock.Now;

    // Its own clock stands still, so that what is read depends on the database's alone.
    private (CircuitClock Clock, CircuitStore Store) Replica(DateTimeOffset clockSays)
    {
        var clock = new CircuitClock(new FakeTimeProvider(clockSays));
        return (clock, new(system.Get<NpgsqlDataSource>(), system.Get<LedgerOptions>(), clock));
    }
}
