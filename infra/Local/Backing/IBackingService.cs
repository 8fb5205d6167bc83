namespace KkiaEvents.Local.Backing;

/// <summary>
/// A server that the parts rely on (the broker or the database), with what a fault test does to it. Its address stays
/// the same over stops and starts. Disposing stops it for good; what it stored stays or goes with its directory.
/// </summary>
public interface IBackingService : IAsyncDisposable
{
    /// <summary>What and where it is, in a few words for a person: <c>PostgreSQL 15.18, private, 127.0.0.1:40123</c>.</summary>
    string Description { get; }

    /// <summary>Starts it and returns once it accepts clients. Does nothing when it runs.</summary>
    /// <exception cref="BackingServiceException">It did not become ready; the message has its last words.</exception>
    Task StartAsync(CancellationToken cancellation = default);

    /// <summary>Stops it in order; its data stays. Does nothing when it is stopped.</summary>
    Task StopAsync(CancellationToken cancellation = default);

    /// <summary>Ends it without notice, as a power cut would; its data stays.</summary>
    Task KillAsync(CancellationToken cancellation = default);

    /// <summary>Freezes it: connections stay open and nothing answers.</summary>
    Task PauseAsync(CancellationToken cancellation = default);

    /// <summary>Lets a frozen one go on.</summary>
    Task ResumeAsync(CancellationToken cancellation = default);
}

/// <summary>The broker.</summary>
public interface IBrokerService : IBackingService
{
    /// <summary>How a shell calls rabbitmqctl for it, from anywhere on this machine while it runs.</summary>
    string ControlCommand { get; }

    /// <summary>Runs rabbitmqctl against it: for what neither AMQP nor the management API has a call for.</summary>
    Task ControlAsync(params string[] arguments);

    /// <summary>Brings it into a memory alarm, or out of it. In one, it reads nothing more from whoever publishes.</summary>
    Task SetMemoryAlarmAsync(bool raised) => ControlAsync("set_vm_memory_high_watermark", raised ? "0" : "0.4");
}

/// <summary>A broker or a database could not be started, stopped or asked.</summary>
/// <param name="message">What happened and what to do, with the server's last words where there are any.</param>
/// <param name="inner">What caused it.</param>
public sealed class BackingServiceException(string message, Exception? inner = null) : Exception(message, inner);
