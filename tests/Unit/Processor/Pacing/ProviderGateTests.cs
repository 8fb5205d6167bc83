using KkiaEvents.Ledger.Circuits;
using KkiaEvents.Processor.Pacing;

namespace KkiaEvents.Tests.Unit.Processor.Pacing;

public sealed class ProviderGateTests : IDisposable
{
    private const string Shop = Replicas.Shop;

    private readonly Replicas _replicas = new();

    [Fact]
    public async Task A_merchant_without_trouble_costs_no_look_at_the_shared_row()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(100, await _replicas.A.AdmitAsync(Shop, 100, false, default));
            _replicas.A.Answered(Shop);
        }

        await _replicas.ShareAsync();
        Assert.Equal(0, _replicas.Store.Writes);
    }

    [Fact]
    public async Task Too_many_requests_with_Retry_After_opens_at_once_and_for_every_replica()
    {
        Assert.False(_replicas.A.MayTryAgain(Shop, 429, TimeSpan.FromSeconds(30)));
        await _replicas.ShareAsync();
        Assert.Equal(0, await _replicas.A.AdmitAsync(Shop, 10, true, default));
        Assert.Equal(0, await _replicas.B.AdmitAsync(Shop, 10, true, default));
        _replicas.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(0, await _replicas.B.AdmitAsync(Shop, 10, true, default));
        Assert.Equal("rate_limited", _replicas.OfA().Reason);
    }

    [Fact]
    public async Task A_failure_among_many_answers_opens_nothing()
    {
        for (var i = 0; i < 40; i++)
        {
            Assert.True(_replicas.A.MayTryAgain(Shop, 500, null));
            _replicas.A.Answered(Shop);
            _replicas.A.Answered(Shop);
        }

        Assert.Equal(10, await _replicas.A.AdmitAsync(Shop, 10, false, default));
    }

    [Fact]
    public async Task Of_all_replicas_one_asks_one_question_when_the_wait_is_over()
    {
        await _replicas.OpenAsync();
        _replicas.Clock.SetUtcNow(_replicas.OfA().Until);
        Assert.Equal(0, await _replicas.A.AdmitAsync(Shop, 10, mayProbe: false, default));
        Assert.Equal(1, await _replicas.B.AdmitAsync(Shop, 10, mayProbe: true, default));
        Assert.Equal(0, await _replicas.A.AdmitAsync(Shop, 10, mayProbe: true, default));
        Assert.Equal(0, await _replicas.B.AdmitAsync(Shop, 10, mayProbe: true, default));
    }

    [Fact]
    public async Task A_probe_whose_replica_is_gone_is_asked_by_another()
    {
        await _replicas.OpenAsync();
        _replicas.Clock.SetUtcNow(_replicas.OfA().Until);
        Assert.Equal(1, await _replicas.B.AdmitAsync(Shop, 10, mayProbe: true, default));
        await _replicas.ShareAsync();
        _replicas.Clock.SetUtcNow(_replicas.OfA().Until);
        Assert.Equal(1, await _replicas.A.AdmitAsync(Shop, 10, mayProbe: true, default));
    }

    [Fact]
    public async Task A_probe_that_fails_opens_again_and_for_longer()
    {
        await _replicas.OpenAsync();
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 12; i++)
        {
            waits.Add(_replicas.OfA().Until - _replicas.Clock.GetUtcNow());
            _replicas.Clock.SetUtcNow(_replicas.OfA().Until);
            Assert.Equal(1, await _replicas.A.AdmitAsync(Shop, 1, mayProbe: true, default));
            _replicas.A.Failed(Shop, "unavailable", null);
            await _replicas.ShareAsync();
        }

        Assert.True(waits[3] > waits[0] * 4);
        Assert.All(waits, w => Assert.InRange(w, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(75)));
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_or_back_moves_no_wait()
    {
        await _replicas.OpenAsync(TimeSpan.FromSeconds(30));
        _replicas.WallClockOfA.Off = TimeSpan.FromDays(1);
        Assert.Equal(0, await _replicas.A.AdmitAsync(Shop, 10, mayProbe: true, default));
        _replicas.WallClockOfA.Off = TimeSpan.FromDays(-1);
        Assert.Equal(0, await _replicas.A.AdmitAsync(Shop, 10, mayProbe: true, default));
        _replicas.Clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(1, await _replicas.A.AdmitAsync(Shop, 10, mayProbe: true, default));
    }

    [Fact]
    public async Task A_row_whose_times_are_a_day_off_stops_nobody_for_longer_than_a_provider_may()
    {
        await _replicas.OpenAsync(TimeSpan.FromSeconds(30));
        // The database's clock was set back by a day, and this replica starts after that.
        var row = _replicas.Store[Shop]!;
        _replicas.Store.Restore(row with { Version = row.Version + 1, Since = row.Since.AddDays(1), Until = row.Until.AddDays(1), TokensAt = row.TokensAt.AddDays(1) });
        await _replicas.ShareAsync();
        Assert.Equal(0, await _replicas.A.AdmitAsync(Shop, 10, mayProbe: true, default));
        _replicas.Clock.Advance(TimeSpan.FromMinutes(76));
        Assert.Equal(1, await _replicas.A.AdmitAsync(Shop, 10, mayProbe: true, default));
    }

    [Fact]
    public async Task Replicas_draw_from_one_budget_while_it_recovers()
    {
        await _replicas.OpenAsync();
        await _replicas.ProbeAsync();
        var granted = await _replicas.A.AdmitAsync(Shop, 3, false, default) + await _replicas.B.AdmitAsync(Shop, 100, false, default);
        Assert.Equal((int)CircuitPolicy.FirstRate, granted);
        _replicas.Clock.Advance(TimeSpan.FromSeconds(1));
        granted = await _replicas.B.AdmitAsync(Shop, 100, false, default) + await _replicas.A.AdmitAsync(Shop, 100, false, default);
        Assert.Equal((int)CircuitPolicy.FirstRate, granted);
    }

    [Fact]
    public async Task Without_answers_the_rate_does_not_grow()
    {
        await _replicas.OpenAsync();
        await _replicas.ProbeAsync();
        for (var second = 0; second < 20; second++)
        {
            Assert.InRange(await _replicas.A.AdmitAsync(Shop, 1000, false, default), 0, (int)CircuitPolicy.FirstRate);
            _replicas.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task It_closes_by_itself_when_nobody_asks_any_more()
    {
        await _replicas.OpenAsync();
        await _replicas.ProbeAsync();
        _replicas.Clock.Advance(TimeSpan.FromMinutes(1));
        await _replicas.ShareAsync();
        Assert.Equal(CircuitState.Closed, _replicas.OfA().State);
        Assert.Equal(1000, await _replicas.B.AdmitAsync(Shop, 1000, false, default));
    }

    [Fact]
    public async Task Each_transition_is_one_line_with_merchant_reason_and_until_when()
    {
        await _replicas.OpenAsync();
        await _replicas.ProbeAsync();
        _replicas.Clock.Advance(TimeSpan.FromMinutes(1));
        await _replicas.ShareAsync();
        Assert.Equal(4, _replicas.Log.Lines.Count);
        Assert.Matches($"about merchant {Shop} until 2026-.*\\(unavailable\\)", _replicas.Log.Lines[0]);
        Assert.Contains("one question", _replicas.Log.Lines[1], StringComparison.Ordinal);
        Assert.Contains("4 a second", _replicas.Log.Lines[2], StringComparison.Ordinal);
        Assert.Contains("without limit again", _replicas.Log.Lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_was_restored_from_a_backup_keeps_no_circuit_open()
    {
        await _replicas.OpenAsync();
        var old = _replicas.Store[Shop]!;
        _replicas.Clock.SetUtcNow(_replicas.OfA().Until);
        Assert.Equal(1, await _replicas.A.AdmitAsync(Shop, 10, mayProbe: true, default));
        _replicas.A.Failed(Shop, "unavailable", null);
        await _replicas.ShareAsync();
        _replicas.Store.Restore(old);

        _replicas.Clock.SetUtcNow(_replicas.OfA().Until);
        await _replicas.ProbeAsync();
        _replicas.Clock.Advance(TimeSpan.FromMinutes(1));
        await _replicas.ShareAsync();
        Assert.Equal(1000, await _replicas.A.AdmitAsync(Shop, 1000, false, default));
        Assert.Equal(1000, await _replicas.B.AdmitAsync(Shop, 1000, false, default));
        Assert.Equal(CircuitState.Closed, _replicas.Store[Shop]!.State);
    }

    [Fact]
    public async Task With_the_database_away_each_replica_decides_alone_and_shares_it_afterwards()
    {
        _replicas.Store.Away = true;
        await Assert.ThrowsAsync<TimeoutException>(() => _replicas.OpenAsync(TimeSpan.FromMinutes(10)));
        Assert.Equal(0, await _replicas.A.AdmitAsync(Shop, 10, true, default));
        Assert.Equal(10, await _replicas.B.AdmitAsync(Shop, 10, true, default));
        _replicas.Store.Away = false;
        await _replicas.ShareAsync();
        Assert.Equal(0, await _replicas.B.AdmitAsync(Shop, 10, true, default));
        Assert.Single(_replicas.Log.Lines);
    }

    [Fact]
    public async Task With_the_database_away_an_open_circuit_still_recovers()
    {
        await _replicas.OpenAsync();
        _replicas.Store.Away = true;
        _replicas.Clock.SetUtcNow(_replicas.OfA().Until);
        Assert.Equal(1, await _replicas.A.AdmitAsync(Shop, 10, mayProbe: true, default));
        _replicas.A.Answered(Shop);
        Assert.Equal((int)CircuitPolicy.FirstRate, await _replicas.A.AdmitAsync(Shop, 100, false, default));
    }

    public void Dispose() => _replicas.Dispose();
}
