namespace KkiaEvents.Ingress.Publishing;

/// <summary>
/// What is known of the broker: once a publish got no confirm, no webhook waits for it any more until one got through
/// (the spool's first record is the probe). And how many publishes there may be at once: one that hangs on a socket may
/// not heed its cancellation, and must not be joined by thousands.
/// </summary>
internal sealed class BrokerGate : IDisposable
{
    /// <summary>More than any healthy moment has: 64 connections that post as fast as they can have 64.</summary>
    public const int MostInFlight = 512;

    private readonly SemaphoreSlim _slots = new(MostInFlight, MostInFlight);
    private volatile string? _trouble;

    /// <summary>Why the broker is not waited for; null when it is.</summary>
    public string? Trouble => _trouble;

    public void Failed(string why) => _trouble = why;

    public void Confirmed()
    {
        if (_trouble is not null)
            _trouble = null;
    }

    /// <summary>Runs a publish, and stops waiting at the deadline even when it does not stop. It keeps its slot until it ends.</summary>
    /// <exception cref="OperationCanceledException">It did not end in time: whether the broker has the message is not known.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> publish, CancellationToken deadline)
    {
        await _slots.WaitAsync(deadline);
        Task running;
        try
        {
            running = publish(deadline);
        }
        catch
        {
            _slots.Release();
            throw;
        }

        if (running.IsCompleted)
            _slots.Release();
        else
            _ = running.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await running.WaitAsync(deadline);
    }

    public void Dispose()
    {
        // A publish that hangs may end after the service, and gives its slot back then: there must be something to give it to.
    }

    private void Ended(Task task)
    {
        // Looked at, or an abandoned one's failure would be reported as observed by nobody.
        _ = task.Exception;
        _slots.Release();
    }
}
