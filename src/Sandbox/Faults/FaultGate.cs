using System.Globalization;
using KkiaEvents.Sandbox.ProviderApi;

namespace KkiaEvents.Sandbox.Faults;

/// <summary>Every call to the provider's API passes here first.</summary>
internal sealed class FaultGate(TimeProvider time, SandboxStats stats, IHostApplicationLifetime lifetime) : IDisposable
{
    private readonly CallWindow _window = new(time);
    private FaultPlan? _plan;
    private CancellationTokenSource _changed = new();

    public FaultPlan? Plan
    {
        get => Volatile.Read(ref _plan);
        set
        {
            Volatile.Write(ref _plan, value);

            // Frees the calls that hang under the plan before.
            Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel();
        }
    }

    /// <returns>False when a fault has ended the call.</returns>
    public ValueTask<bool> PassAsync(HttpContext call)
    {
        // Before the plan: read after it, a plan lifted in between would leave this call waiting for the next change.
        var changed = Volatile.Read(ref _changed);
        return Plan is { } plan ? PassAsync(call, plan, changed) : ValueTask.FromResult(true);
    }

    /// <summary>The lie that this verification is to tell, which is then told; null for the truth.</summary>
    public string? TakeLie(string transactionId)
    {
        while (Plan is { LieOnce: { } lie } plan && lie.TransactionId == transactionId)
        {
            if (Interlocked.CompareExchange(ref _plan, plan with { LieOnce = null }, plan) == plan) return lie.Status;
        }

        return null;
    }

    /// <summary>What becomes of this call's answer; null when it is sent as it is.</summary>
    public string? TakeGarbling() => Plan is { Garble: { } form } plan && Random.Shared.NextDouble() < plan.GarbleRate ? form : null;

    public bool LosesAnswer() => Plan is { LoseAnswers: > 0 } plan && Random.Shared.NextDouble() < plan.LoseAnswers;

    public bool RefusesRefunds => Plan is { RefuseRefunds: true };

    public void Dispose() => _changed.Dispose();

    private async ValueTask<bool> PassAsync(HttpContext call, FaultPlan plan, CancellationTokenSource changed)
    {
        if (plan.Hang && !await HangAsync(call, changed)) return false;

        var latency = plan.LatencyMs + (plan.LatencyJitterMs > 0 ? Random.Shared.Next(plan.LatencyJitterMs + 1) : 0);
        if (latency > 0)
        {
            using var either = Either(call.RequestAborted, lifetime.ApplicationStopping);
            await Task.Delay(TimeSpan.FromMilliseconds(latency), time, either.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Random.Shared.NextDouble() < plan.DropConnections)
        {
            call.Abort();
            return Ended();
        }

        if (plan.RateLimitPerSecond is { } limit && !_window.TryTake(limit))
        {
            call.Response.Headers.RetryAfter = plan.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            JsonAnswer.Error(call, StatusCodes.Status429TooManyRequests, "Too many requests");
            return Ended();
        }

        if (plan.RejectKeys)
        {
            stats.KeysRefused();
            JsonAnswer.Error(call, StatusCodes.Status401Unauthorized, "Invalid api key");
            return Ended();
        }

        if (Random.Shared.NextDouble() < plan.ErrorRate)
        {
            JsonAnswer.Error(call, plan.ErrorStatus, "Internal error");
            return Ended();
        }

        if (plan.Dictate is { } dictated)
        {
            call.Response.StatusCode = dictated.Status;
            call.Response.ContentType = dictated.ContentType;
            await call.Response.WriteAsync(dictated.Body, call.RequestAborted);
            return Ended();
        }

        return true;
    }

    private async Task<bool> HangAsync(HttpContext call, CancellationTokenSource changed)
    {
        using var either = Either(call.RequestAborted, lifetime.ApplicationStopping, changed.Token);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (changed.IsCancellationRequested) return true;
        call.Abort();
        return Ended();
    }

    private bool Ended()
    {
        stats.Faulted();
        return false;
    }

    private static CancellationTokenSource Either(params CancellationToken[] tokens) =>
        CancellationTokenSource.CreateLinkedTokenSource(tokens);
}
