using KkiaEvents.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Bus;

/// <summary>
/// Declares <see cref="Topology"/>. Idempotent: any number of services may do it at once, as often as they like. What this
/// service's user may not declare (each has the rights for its own part only) is looked for instead.
/// </summary>
/// <param name="address">Where the broker is.</param>
public sealed class TopologyDeclaration(BusAddress address)
{
    private readonly Part[] _parts =
    [
        new(Topology.DeadLetters, IsQueue: true, at => KeptQueueAsync(at, Topology.DeadLetters, Topology.DeadLetters)),
        new(Topology.ParkedQueue, IsQueue: true, at => KeptQueueAsync(at, Topology.ParkedQueue, Topology.ExchangeOf(typeof(TransactionUnrecognized)))),
        .. Topology.ConsumedQueues.Select(c => new Part(c.Queue, IsQueue: true, at => ConsumedQueueAsync(at, c.Queue, Topology.ExchangeOf(c.Message)))),
        .. Topology.RawTypes.Select(raw => new Part(Topology.ExchangeOf(raw), IsQueue: false, at => RawTypeAsync(at, Topology.ExchangeOf(raw)))),
        // Last, and no reason for Ingress to take no webhooks: only who publishes outcomes needs them.
        new(Topology.OutcomesExchange, IsQueue: false, OutcomesAsync, Needed: false),
    ];

    // Asked once: each refusal is a line in the broker's log.
    private readonly HashSet<string> _refused = [];

    // Asked once as well: the question would make the queue if somebody took it away at that moment.
    private readonly Dictionary<string, bool> _classic = [];

    /// <summary>Declares everything on a connection of its own, once.</summary>
    /// <exception cref="BrokerUnreachableException">The broker can't be reached, or refuses the user.</exception>
    /// <exception cref="TopologyException">Something is there with another type or other arguments; or is not there, and this user may not declare it.</exception>
    /// <returns>What the broker says of each queue at that; nothing of one that is there with other arguments.</returns>
    public static Task<IReadOnlyList<QueueLevel>> DeclareAsync(BusAddress address, CancellationToken cancellationToken) => new TopologyDeclaration(address).DeclareAsync(cancellationToken);

    /// <summary>Declares what outcomes are published to, on a connection of its own. Who publishes them must have done so: what is bound to nothing is lost.</summary>
    /// <exception cref="BrokerUnreachableException">The broker can't be reached, or refuses the user.</exception>
    /// <exception cref="TopologyException">This user may not declare it, or something of that name is there as something else.</exception>
    public static async Task DeclareOutcomesAsync(BusAddress address, CancellationToken cancellationToken)
    {
        await using var connection = await address.Factory("kkiaevents-topology").CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await OutcomesAsync(new(connection, channel, cancellationToken));
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.AccessRefused } refusal)
        {
            throw new TopologyException(
                $"User '{address.User}' may not declare the exchanges of outcomes ({refusal.ReplyText}). Import the definitions of this version: docs/security.md says how.");
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.PreconditionFailed } mismatch)
        {
            throw TopologyException.OfMadeOtherwise(Topology.OutcomesExchange, mismatch.ReplyText, address.VirtualHost);
        }
    }

    /// <summary>Declares everything on a connection of its own. Not to be called twice at the same time.</summary>
    /// <inheritdoc cref="DeclareAsync(BusAddress, CancellationToken)" path="/exception" />
    /// <inheritdoc cref="DeclareAsync(BusAddress, CancellationToken)" path="/returns" />
    public async Task<IReadOnlyList<QueueLevel>> DeclareAsync(CancellationToken cancellationToken)
    {
        var levels = new List<QueueDeclareOk?>();
        TopologyException? madeOtherwise = null;
        await using var connection = await address.Factory("kkiaevents-topology").CreateConnectionAsync(cancellationToken);
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var part in _parts)
        {
            if (!_refused.Contains(part.Name))
            {
                try
                {
                    levels.Add(await part.DeclareAsync(new(connection, channel, cancellationToken)));
                    _classic.Remove(part.Name);
                    continue;
                }
                catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.AccessRefused })
                {
                    _refused.Add(part.Name);
                    // The refusal closed it.
                    channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                }
                catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.PreconditionFailed } mismatch)
                {
                    // The rest is declared all the same: what is right goes on.
                    if (!_classic.TryGetValue(part.Name, out var isClassic))
                        _classic[part.Name] = isClassic = part.IsQueue && mismatch.ReplyText.Contains("for queue", StringComparison.Ordinal) && await IsClassicAsync(connection, part.Name, cancellationToken);
                    if (madeOtherwise?.MadeOtherwise != Topology.TransactionsQueue)
                        madeOtherwise = TopologyException.OfMadeOtherwise(part.Name, mismatch.ReplyText, address.VirtualHost, isClassic);
                    channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                    if (isClassic)
                        await UnbindAsync(connection, part.Name, cancellationToken);
                    continue;
                }
            }

            if (part.Needed)
                levels.Add(await LookForAsync(channel, part, cancellationToken));
        }

        if (madeOtherwise is not null)
            throw madeOtherwise;
        return [.. levels.OfType<QueueDeclareOk>().Select(q => new QueueLevel(q.QueueName, q.MessageCount, q.ConsumerCount))];
    }

    // The broker names the first argument that differs, not the type. One that only its type is said of declares a plain classic
    // queue again; of one with further arguments it says so.
    private static async Task<bool> IsClassicAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        async Task<string?> ReplyAsync(string type)
        {
            try
            {
                await using var own = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                await own.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = type }, cancellationToken: cancellationToken);
                return null;
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.PreconditionFailed })
            {
                return e.ShutdownReason!.ReplyText;
            }
        }

        var classic = await ReplyAsync("classic");
        return classic is null || TopologyException.SaysClassic(classic) || TopologyException.SaysClassic(await ReplyAsync("quorum") ?? "");
    }

    // Nobody of ours can consume from it, and the way out deletes it: nothing more must go in. Declaring it binds it again.
    private static async Task UnbindAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        try
        {
            await using var own = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await own.QueueUnbindAsync(queue, queue, "", cancellationToken: cancellationToken);
        }
        catch (OperationInterruptedException)
        {
            // Not bound, or not ours to unbind.
        }
    }

    private async Task<QueueDeclareOk?> LookForAsync(IChannel channel, Part part, CancellationToken cancellationToken)
    {
        try
        {
            if (part.IsQueue)
                return await channel.QueueDeclarePassiveAsync(part.Name, cancellationToken);
            await channel.ExchangeDeclarePassiveAsync(part.Name, cancellationToken);
            return null;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound })
        {
            throw new TopologyException(
                $"'{part.Name}' is not there, and user '{address.User}' may not declare it. It is made by the service whose it is, when that starts, or by the broker's definitions.");
        }
    }

    private static async Task<QueueDeclareOk?> KeptQueueAsync(Declaring at, string queue, string exchange)
    {
        QueueDeclareOk? declared = null;
        await FanoutAsync(at, exchange);
        try
        {
            // On a channel of its own, which a refusal closes.
            await using var own = await at.Connection.CreateChannelAsync(cancellationToken: at.Cancellation);
            declared = await own.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Arguments(Topology.KeptQueueArguments), cancellationToken: at.Cancellation);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.PreconditionFailed })
        {
            // It is there with an administrator's or an older version's arguments, and may hold messages: that is no reason to take no webhooks.
        }

        await at.Channel.QueueBindAsync(queue, exchange, "", cancellationToken: at.Cancellation);
        return declared;
    }

    // As MassTransit's receive endpoint does it: the type's exchange, an exchange named as the queue, the queue.
    private static async Task<QueueDeclareOk?> ConsumedQueueAsync(Declaring at, string queue, string exchange)
    {
        await FanoutAsync(at, exchange);
        await FanoutAsync(at, queue);
        await at.Channel.ExchangeBindAsync(queue, exchange, "", cancellationToken: at.Cancellation);
        var declared = await at.Channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Arguments(Topology.ConsumedQueueArguments), cancellationToken: at.Cancellation);
        await at.Channel.QueueBindAsync(queue, queue, "", cancellationToken: at.Cancellation);
        return declared;
    }

    private static async Task<QueueDeclareOk?> RawTypeAsync(Declaring at, string exchange)
    {
        await FanoutAsync(at, exchange);
        await at.Channel.ExchangeBindAsync(Topology.ExchangeOf(typeof(TransactionNotification)), exchange, "", cancellationToken: at.Cancellation);
        return null;
    }

    private static async Task<QueueDeclareOk?> OutcomesAsync(Declaring at)
    {
        await at.Channel.ExchangeDeclareAsync(Topology.OutcomesExchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: at.Cancellation);
        foreach (var outcome in Topology.OutcomeTypes)
        {
            var exchange = Topology.ExchangeOf(outcome);
            await FanoutAsync(at, exchange);
            // As MassTransit publishes a type: what is bound to the base type's exchange gets it too.
            if (outcome.IsSubclassOf(typeof(OrderEvent)))
            {
                await FanoutAsync(at, Topology.ExchangeOf(typeof(OrderEvent)));
                await at.Channel.ExchangeBindAsync(Topology.ExchangeOf(typeof(OrderEvent)), exchange, "", cancellationToken: at.Cancellation);
            }

            await at.Channel.ExchangeBindAsync(exchange, Topology.OutcomesExchange, Topology.OutcomeKey("*", outcome), cancellationToken: at.Cancellation);
        }

        return null;
    }

    private static Task FanoutAsync(Declaring at, string name) =>
        at.Channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: at.Cancellation);

    private static Dictionary<string, object?> Arguments(IReadOnlyDictionary<string, object> arguments) =>
        arguments.ToDictionary(a => a.Key, a => (object?)a.Value);

    private sealed record Declaring(IConnection Connection, IChannel Channel, CancellationToken Cancellation);

    private sealed record Part(string Name, bool IsQueue, Func<Declaring, Task<QueueDeclareOk?>> DeclareAsync, bool Needed = true);
}
