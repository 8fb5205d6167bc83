using KkiaEvents.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Bus;

/// <summary>Declares <see cref="Topology"/>. Idempotent: any number of services may do it at once, as often as they like.</summary>
public static class TopologyDeclaration
{
    /// <summary>Declares everything on a connection of its own.</summary>
    /// <returns>What the broker says of each queue at that; nothing of one that is there with other arguments.</returns>
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">The broker can't be reached, or refuses the user.</exception>
    /// <exception cref="RabbitMQ.Client.Exceptions.OperationInterruptedException">Something of that name exists with other arguments.</exception>
    public static async Task<IReadOnlyList<QueueLevel>> DeclareAsync(BusAddress address, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = address.Uri, ClientProvidedName = "kkiaevents-topology", RequestedConnectionTimeout = TimeSpan.FromSeconds(5) };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);

        var levels = new List<QueueDeclareOk?>
        {
            await KeptQueueAsync(connection, channel, Topology.DeadLetters, Topology.DeadLetters, cancellationToken),
            await KeptQueueAsync(connection, channel, Topology.ParkedQueue, Topology.ExchangeOf(typeof(TransactionUnrecognized)), cancellationToken),
        };
        foreach (var (queue, message) in Topology.ConsumedQueues)
            levels.Add(await ConsumedQueueAsync(channel, queue, Topology.ExchangeOf(message), cancellationToken));
        foreach (var raw in Topology.RawTypes)
        {
            await FanoutAsync(channel, Topology.ExchangeOf(raw), cancellationToken);
            await channel.ExchangeBindAsync(
                Topology.ExchangeOf(typeof(TransactionNotification)), Topology.ExchangeOf(raw), "", cancellationToken: cancellationToken);
        }

        return [.. levels.OfType<QueueDeclareOk>().Select(q => new QueueLevel(q.QueueName, q.MessageCount, q.ConsumerCount))];
    }

    private static async Task<QueueDeclareOk?> KeptQueueAsync(IConnection connection, IChannel channel, string queue, string exchange, CancellationToken cancellationToken)
    {
        QueueDeclareOk? declared = null;
        await FanoutAsync(channel, exchange, cancellationToken);
        try
        {
            // On a channel of its own, which a refusal closes.
            await using var own = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            declared = await own.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Arguments(Topology.KeptQueueArguments), cancellationToken: cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.PreconditionFailed })
        {
            // It is there with an administrator's or an older version's arguments, and may hold messages: that is no reason to take no webhooks.
        }

        await channel.QueueBindAsync(queue, exchange, "", cancellationToken: cancellationToken);
        return declared;
    }

    // As MassTransit's receive endpoint does it: the type's exchange, an exchange named as the queue, the queue.
    private static async Task<QueueDeclareOk> ConsumedQueueAsync(IChannel channel, string queue, string exchange, CancellationToken cancellationToken)
    {
        await FanoutAsync(channel, exchange, cancellationToken);
        await FanoutAsync(channel, queue, cancellationToken);
        await channel.ExchangeBindAsync(queue, exchange, "", cancellationToken: cancellationToken);
        var declared = await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Arguments(Topology.ConsumedQueueArguments), cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, queue, "", cancellationToken: cancellationToken);
        return declared;
    }

    private static Task FanoutAsync(IChannel channel, string name, CancellationToken cancellationToken) =>
        channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);

    private static Dictionary<string, object?> Arguments(IReadOnlyDictionary<string, object> arguments) =>
        arguments.ToDictionary(a => a.Key, a => (object?)a.Value);
}
