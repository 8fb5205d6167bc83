using KkiaEvents.Bus;
using MassTransit;

namespace KkiaEvents.Processor.Relaying;

/// <summary>
/// Publishes once to <see cref="Topology.OutcomesExchange"/> under the merchant's key, in the envelope that MassTransit's own
/// publish makes. A topic exchange that is bound to nothing drops what it gets, so what it feeds is declared before the first
/// message, and looked at again before a message counts as wanted by nobody: an administrator may have taken a binding away,
/// or the broker's disk.
/// </summary>
internal sealed class OutcomePublisher(IOutgoingBus bus, ProcessorOptions options, TimeProvider time) : IDisposable
{
    private static readonly Uri Exchange = new($"exchange:{Topology.OutcomesExchange}?type=topic");

    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1, 1);
    private Declared? _declared;

    /// <summary>Publishes, and returns once the broker confirmed that a queue has it.</summary>
    /// <param name="outcome">One of <see cref="Topology.OutcomeTypes"/>.</param>
    /// <param name="merchant">Whose it is: a valid name.</param>
    /// <param name="configure">Sets the message's id and headers.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="MessageReturnedException">No queue is bound.</exception>
    /// <exception cref="TopologyException">The exchanges are not there, and this user may not declare them.</exception>
    public async Task PublishAsync(object outcome, string merchant, Action<SendContext> configure, CancellationToken cancellationToken)
    {
        var seen = await DeclaredAsync(null, cancellationToken);
        try
        {
            await SendAsync(outcome, merchant, configure, cancellationToken);
        }
        catch (MessageReturnedException)
        {
            if (await DeclaredAsync(seen, cancellationToken) == seen)
                throw;
            await SendAsync(outcome, merchant, configure, cancellationToken);
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task SendAsync(object outcome, string merchant, Action<SendContext> configure, CancellationToken cancellationToken)
    {
        var type = outcome.GetType();
        var endpoint = await bus.GetSendEndpoint(Exchange);
        await endpoint.Send(outcome, type, Pipe.Execute<SendContext>(context =>
        {
            // As a publish of MassTransit's has it.
            if (bus.Topology.TryGetPublishAddress(type, out var address))
                context.DestinationAddress = address;
            context.SetRoutingKey(Topology.OutcomeKey(merchant, type));
            if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                rabbit.Mandatory = true;
            configure(context);
        }), cancellationToken);
    }

    // The latest declaration; a new one when there is none yet, or when the one that a message was returned under is old.
    private async Task<Declared> DeclaredAsync(Declared? returned, CancellationToken cancellationToken)
    {
        if (_declared is { } known && returned is null)
            return known;
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_declared is null || (_declared == returned && time.GetElapsedTime(returned.At) > Trusted))
            {
                await TopologyDeclaration.DeclareOutcomesAsync(options.Bus, cancellationToken);
                _declared = new(time.GetTimestamp());
            }

            return _declared;
        }
        finally
        {
            _one.Release();
        }
    }

    private sealed record Declared(long At);
}
