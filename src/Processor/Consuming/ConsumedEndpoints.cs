using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Transports;

namespace KkiaEvents.Processor.Consuming;

/// <summary>
/// The endpoints that take messages: not before the ledger is there, and not while it is away. Stopping one cancels its consumer
/// and then closes its channel, so that RabbitMQ takes back what it held, which is one delivery of each message however long
/// the outage lasts.
/// </summary>
internal sealed class ConsumedEndpoints : IReceiveEndpointObserver, IReceiveEndpointDependency
{
    // Stopping waits for what is under way, which ConsumingRegistration limits; this is for one that hangs on its broker.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<Uri, IReceiveEndpoint> _consuming = new();
    private readonly List<IReceiveEndpoint> _stopped = [];
    private TaskCompletionSource _outage = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done once messages may be taken for the first time.</summary>
    Task IReceiveEndpointDependency.Ready => _opened.Task;

    /// <summary>Done once what takes messages is being stopped, until it's started again.</summary>
    public Task StoppingForOutage => Volatile.Read(ref _outage).Task;

    /// <summary>Lets messages be taken: for the first time, or again by what was stopped.</summary>
    public void Start()
    {
        if (_outage.Task.IsCompleted)
            Volatile.Write(ref _outage, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _opened.TrySetResult();
        foreach (var endpoint in _stopped)
            endpoint.Start();
        _stopped.Clear();
    }

    /// <summary>Stops whatever takes messages now, and returns when it has given back what it held.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _outage.TrySetResult();
        var stopping = _consuming.Keys.Select(address => _consuming.TryRemove(address, out var endpoint) ? endpoint : null).OfType<IReceiveEndpoint>().ToList();
        _stopped.AddRange(stopping);
        await Task.WhenAll(stopping.Select(endpoint => StopAsync(endpoint, cancellationToken)));
    }

    public Task Ready(ReceiveEndpointReady ready)
    {
        if (ready.IsStarted)
            _consuming[ready.InputAddress] = ready.ReceiveEndpoint;
        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;

    private static async Task StopAsync(IReceiveEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StopPatience);
        try
        {
            await endpoint.Stop(limit.Token);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // It goes on stopping by itself. The second call only lets go of it, so that it can be started again.
            await endpoint.Stop(cancellationToken);
        }
    }
}
