namespace KkiaEvents.Processor.Pacing;

/// <summary>
/// What one replica saw of a merchant's questions in the last ten seconds: trouble is five failures or more that are at
/// least half of all. Not safe for concurrent use.
/// </summary>
internal sealed class HealthWindow
{
    private const int Failures = 5;
    private const int AnswersAFailure = 10;
    private static readonly TimeSpan Half = TimeSpan.FromSeconds(5);

    private DateTimeOffset _began;
    private (int Failed, int Answered) _now;
    private (int Failed, int Answered) _before;

    public void Answered(DateTimeOffset now)
    {
        Turn(now);
        _now.Answered++;
    }

    /// <returns>True when this is trouble.</returns>
    public bool Failed(DateTimeOffset now)
    {
        Turn(now);
        _now.Failed++;
        var failed = _now.Failed + _before.Failed;
        return failed >= Failures && failed >= _now.Answered + _before.Answered;
    }

    /// <summary>
    /// How many answers a second there were; null unless there were many for each failure: a refusal among them is then the
    /// provider's wish for a pause, and no sign of trouble.
    /// </summary>
    public double? HealthyRate(DateTimeOffset now)
    {
        Turn(now);
        var (failed, answered) = (_now.Failed + _before.Failed, _now.Answered + _before.Answered);
        if (answered < AnswersAFailure * Math.Max(failed, 1))
            return null;
        var seconds = (now - _began).TotalSeconds + (_before.Answered > 0 ? Half.TotalSeconds : 0);
        return answered / Math.Max(seconds, 1);
    }

    public void Clear() => (_now, _before) = (default, default);

    private void Turn(DateTimeOffset now)
    {
        if (now - _began < Half && now >= _began)
            return;
        (_before, _now) = (now - _began < Half * 2 && now >= _began ? _now : default, default);
        _began = now;
    }
}
