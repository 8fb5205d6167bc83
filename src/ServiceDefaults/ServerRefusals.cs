using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.ServiceDefaults;

/// <summary>Counts what the server refused, where a service counts that.</summary>
public interface IServerRefusalCounter
{
    /// <summary>One more.</summary>
    void Refused(string reason);
}

/// <summary>
/// Tells of requests that the server refused before any of our code saw them: counts each, and says so once a minute for each
/// reason. Kestrel itself answers them in silence, and for their sender they may have been a payment.
/// </summary>
public sealed partial class ServerRefusals : IHostedService, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private const string KestrelMeter = "Microsoft.AspNetCore.Server.Kestrel";

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly DiagnosticListener _server;
    private readonly OperationsListener _operations;
    private readonly IServerRefusalCounter _counter;
    private readonly TimeProvider _time;
    private readonly ILogger<ServerRefusals> _log;
    private readonly MeterListener _meters = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _said = [];
    private IDisposable? _subscription;

    /// <summary>Listens from the start of the host on.</summary>
    public ServerRefusals(
        DiagnosticListener server, OperationsListener operations, IServerRefusalCounter counter, IMeterFactory meters, ILogger<ServerRefusals> log, TimeProvider? time = null)
    {
        (_server, _operations, _counter, _time, _log) = (server, operations, counter, time ?? TimeProvider.System, log);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            // To how long connections lasted nobody listens here; but only who does is told that a handshake failed.
            if (instrument.Meter.Name == KestrelMeter && ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name is ("kestrel.connection.duration" or "kestrel.rejected_connections"))
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((_, _, _, _) => Say("too_many_connections", null, "as many connections are open as may be, all sources together."));
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = _server.Subscribe(this, name => name == BadRequest);
        _meters.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Tells of a connection whose TLS handshake fails; to stand before TLS.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        await next(connection);
        if (connection.Features.Get<IConnectionMetricsTagsFeature>()?.Tags.Any(t => t is { Key: "error.type", Value: "tls_handshake_failed" }) == true)
            Refused(ServerRefusal.Tls, (connection.RemoteEndPoint as IPEndPoint)?.Address);
    };

    /// <summary>Says that something is refused, unless that was said within the last minute.</summary>
    /// <param name="reason">Why, in a word of ours.</param>
    /// <param name="source">Who sent it; null when nobody knows.</param>
    /// <param name="advice">What it means, in a sentence.</param>
    public void Say(string reason, IPAddress? source, string advice)
    {
        var now = _time.GetUtcNow();
        var last = _said.GetOrAdd(reason, DateTimeOffset.MinValue);
        if (now - last >= Pause && _said.TryUpdate(reason, now, last))
            LogRefused(reason, source?.ToString() ?? "-", advice);
    }

    /// <inheritdoc />
    public void OnNext(KeyValuePair<string, object?> value)
    {
        // With an answer under way our own code had the request: it counts what it refuses.
        if (value.Value is not IFeatureCollection request || request.Get<IHttpResponseFeature>()?.HasStarted == true)
            return;
        var connection = request.Get<IHttpConnectionFeature>();
        // What operators send to their own address is nobody's payment.
        if (_operations.Port is { } port && connection?.LocalPort == port)
            return;
        Refused(ServerRefusal.Of(request.Get<IBadRequestExceptionFeature>()?.Error), connection?.RemoteIpAddress);
    }

    /// <inheritdoc />
    public void OnCompleted()
    {
    }

    /// <inheritdoc />
    public void OnError(Exception error)
    {
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _subscription?.Dispose();
        _meters.Dispose();
    }

    private void Refused(ServerRefusal refusal, IPAddress? source)
    {
        _counter.Refused(refusal.Reason);
        Say(refusal.Reason, source, refusal.Advice);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refused before it was read ({Reason}), this one from {Source}: {Advice} Said once a minute")]
    private partial void LogRefused(string reason, string source, string advice);
}

/// <summary>Counts them as requests, where a service has no other count.</summary>
internal sealed class RefusedRequests : IServerRefusalCounter
{
    private readonly Counter<long> _refused;

    public RefusedRequests(IMeterFactory meters) => _refused = meters.Create("KkiaEvents.Http")
        .CreateCounter<long>("kkiaevents.requests.refused", description: "Requests that the server refused before the service saw them, by reason.");

    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
