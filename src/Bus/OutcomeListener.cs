using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using KkiaEvents.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Bus;

/// <summary>An outcome as it came over the bus.</summary>
/// <param name="Type">The message's type (<c>OrderPaid</c> …).</param>
/// <param name="MessageId">The bus message's id; the event id, unless it is a replay.</param>
/// <param name="Message">The outcome.</param>
/// <param name="Headers">The envelope's headers.</param>
public sealed record HeardOutcome(string Type, string? MessageId, JsonElement Message, JsonElement Headers);

/// <summary>Hears outcomes with a queue of its own that ends with the connection: for a person who watches, never for a service.</summary>
public static class OutcomeListener
{
    /// <summary>The outcome types that can be heard.</summary>
    public static IReadOnlyList<Type> Types { get; } = [typeof(OrderPaid), typeof(OrderPaymentFailed), typeof(OrderPaymentFlagged), typeof(OrderRefunded)];

    /// <summary>Hears until cancelled.</summary>
    /// <param name="address">The broker.</param>
    /// <param name="types">Which of <see cref="Types"/>.</param>
    /// <param name="ready">Called once everything that happens from now on will be heard.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">The broker can't be reached, or refuses the user.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    public static async IAsyncEnumerable<HeardOutcome> ListenAsync(
        BusAddress address, IReadOnlyCollection<Type> types, Action? ready = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var factory = address.Factory("kkiaevents-listener");
        factory.AutomaticRecoveryEnabled = false;
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var queue = await channel.QueueDeclareAsync(cancellationToken: cancellationToken);
        foreach (var exchange in types.Select(Topology.ExchangeOf))
        {
            await RequireAsync(connection, exchange, cancellationToken);
            await channel.QueueBindAsync(queue.QueueName, exchange, "", cancellationToken: cancellationToken);
        }

        var heard = Channel.CreateBounded<HeardOutcome>(1000);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) => await heard.Writer.WriteAsync(Read(delivery.Body.Span), cancellationToken);
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            heard.Writer.TryComplete(new IOException($"The broker ended the connection: {reason.ReplyText}"));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, cancellationToken);
        ready?.Invoke();
        await foreach (var outcome in heard.Reader.ReadAllAsync(cancellationToken))
            yield return outcome;
    }

    // Looked for first: who only listens need not have the right to declare it.
    private static async Task RequireAsync(IConnection connection, string exchange, CancellationToken cancellationToken)
    {
        try
        {
            await using var looking = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await looking.ExchangeDeclarePassiveAsync(exchange, cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound })
        {
            await using var declaring = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await declaring.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        }
    }

    private static HeardOutcome Read(ReadOnlySpan<byte> body)
    {
        var envelope = JsonSerializer.Deserialize<JsonElement>(body);
        return new(
            envelope.GetProperty("messageType")[0].GetString()!.Split(':')[^1],
            envelope.TryGetProperty("messageId", out var id) ? id.GetString() : null,
            envelope.GetProperty("message"),
            envelope.TryGetProperty("headers", out var headers) ? headers : default);
    }
}
