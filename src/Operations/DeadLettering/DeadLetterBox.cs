using System.Globalization;
using KkiaEvents.Bus;
using KkiaEvents.Ledger.Operating;
using Marten;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Operations.DeadLettering;

/// <summary>
/// Messages that wait for a person: looked at, sent back, given up. Looking takes nothing out: messages are got without
/// an acknowledgement and are back when the channel closes. While one operator looks, another may find fewer.
/// </summary>
public sealed class DeadLetterBox(BrokerConnection broker, IDocumentStore store, TimeProvider time)
{
    /// <summary>Queues of messages that wait for a person.</summary>
    public static IReadOnlyList<string> Queues { get; } = [Topology.DeadLetters, Topology.ParkedQueue];

    /// <summary>How many messages a list has at most.</summary>
    public const int MostListed = 1000;

    /// <summary>The oldest messages of a queue.</summary>
    /// <param name="queue">One of <see cref="Queues"/>.</param>
    /// <param name="limit">How many at most, 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="within">The only merchants whose messages are there for the one who asks; null for every message, those that name no merchant too. So for the other acts.</param>
    /// <exception cref="OperationRefusedException">There is no such queue, or the limit is out of range.</exception>
    public async Task<IReadOnlyList<DeadLetter>> ListAsync(string queue, int limit, CancellationToken cancellationToken, IReadOnlyCollection<string>? within = null)
    {
        RequireKnown(queue);
        if (limit is < 1 or > MostListed)
            throw new OperationRefusedException(Refusal.Invalid, string.Create(CultureInfo.InvariantCulture, $"The limit is {limit}, but must be 1 to {MostListed}."));
        await using var channel = await broker.OpenChannelAsync(cancellationToken);
        var letters = new List<DeadLetter>();
        while (letters.Count < limit && await GetAsync(channel, queue, cancellationToken) is { } message)
        {
            if (DeadLetter.Read(queue, message) is var letter && IsWithin(letter, within))
                letters.Add(letter);
        }

        return letters;
    }

    /// <summary>One message.</summary>
    /// <exception cref="OperationRefusedException">There is none of that id.</exception>
    public async Task<DeadLetter> ShowAsync(string queue, string id, CancellationToken cancellationToken, IReadOnlyCollection<string>? within = null)
    {
        await using var channel = await OpenAsync(queue, cancellationToken);
        return (await FindAsync(channel, queue, id, within, cancellationToken)).Letter;
    }

    /// <summary>Sends a message back to the queue that could not process it. It leaves the box only after the broker confirmed the copy and the act is recorded.</summary>
    /// <exception cref="OperationRefusedException">There is none of that id, or it has no queue to go back to.</exception>
    public async Task<DeadLetter> RetryAsync(string queue, string id, string by, CancellationToken cancellationToken, IReadOnlyCollection<string>? within = null)
    {
        var who = OperationRefusedException.Required(by, "who decides");
        await using var channel = await OpenAsync(queue, cancellationToken);
        var (letter, message) = await FindAsync(channel, queue, id, within, cancellationToken);
        if (letter.Origin is not { } origin)
            throw new OperationRefusedException(Refusal.Conflict, $"Message {id} came from no queue that it could go back to: nobody understood the webhook. Look at it, act by hand, then discard it with the reason.");
        try
        {
            await channel.BasicPublishAsync("", origin, mandatory: true, Again(message, who), message.Body, cancellationToken);
        }
        catch (PublishException e) when (e.IsReturn)
        {
            throw new OperationRefusedException(Refusal.Conflict, $"There is no queue '{origin}': start the service that reads it, then retry.");
        }

        await RecordAsync(id, new DeadLetterRetried(queue, origin, who, time.GetUtcNow()), cancellationToken);
        await channel.BasicAckAsync(message.DeliveryTag, multiple: false, CancellationToken.None);
        await channel.CloseAsync(CancellationToken.None);
        return letter;
    }

    /// <summary>Gives a message up. It is recorded, body included, before it leaves the box.</summary>
    /// <exception cref="OperationRefusedException">There is none of that id, or no reason is given.</exception>
    public async Task<DeadLetter> DiscardAsync(string queue, string id, string by, string reason, CancellationToken cancellationToken, IReadOnlyCollection<string>? within = null)
    {
        var (who, why) = (OperationRefusedException.Required(by, "who decides"), OperationRefusedException.Required(reason, "why"));
        await using var channel = await OpenAsync(queue, cancellationToken);
        var (letter, message) = await FindAsync(channel, queue, id, within, cancellationToken);
        await RecordAsync(id, new DeadLetterDiscarded(queue, who, why, Storable(letter.Body), letter.Headers, time.GetUtcNow()), cancellationToken);
        await channel.BasicAckAsync(message.DeliveryTag, multiple: false, CancellationToken.None);
        await channel.CloseAsync(CancellationToken.None);
        return letter;
    }

    /// <summary>What was decided about a message, oldest first: <see cref="DeadLetterRetried"/> and <see cref="DeadLetterDiscarded"/>.</summary>
    public async Task<IReadOnlyList<object>> DecisionsAsync(string id, CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        return [.. (await session.Events.FetchStreamAsync(StreamIdOf(id), token: cancellationToken)).Select(e => e.Data)];
    }

    /// <summary>The stream of what was decided about a message.</summary>
    public static string StreamIdOf(string id) => $"operations/dead-letter/{id}";

    private async Task<IChannel> OpenAsync(string queue, CancellationToken cancellationToken)
    {
        RequireKnown(queue);
        return await broker.OpenChannelAsync(cancellationToken);
    }

    private static void RequireKnown(string queue)
    {
        if (!Queues.Contains(queue))
            throw new OperationRefusedException(Refusal.NotFound, $"'{queue}' is no queue of messages that wait for a person; there are {string.Join(", ", Queues)}.");
    }

    private static async Task<(DeadLetter Letter, BasicGetResult Message)> FindAsync(
        IChannel channel, string queue, string id, IReadOnlyCollection<string>? within, CancellationToken cancellationToken)
    {
        while (await GetAsync(channel, queue, cancellationToken) is { } message)
        {
            var letter = DeadLetter.Read(queue, message);
            if (letter.Id == id && IsWithin(letter, within))
                return (letter, message);
        }

        throw new OperationRefusedException(Refusal.NotFound, $"There is no message {id} in {queue}. Somebody may be looking at it just now, or has decided about it.");
    }

    private static bool IsWithin(DeadLetter letter, IReadOnlyCollection<string>? within) =>
        within is null || (letter.Merchant is { } merchant && within.Contains(merchant));

    private static async Task<BasicGetResult?> GetAsync(IChannel channel, string queue, CancellationToken cancellationToken)
    {
        try
        {
            return await channel.BasicGetAsync(queue, autoAck: false, cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound })
        {
            // Before Ingress or Processor first ran there is no queue, hence no message.
            return null;
        }
    }

    // What the broker and we wrote when it was put aside goes; a message that dies again tells its new death.
    private static BasicProperties Again(BasicGetResult message, string by)
    {
        var properties = new BasicProperties(message.BasicProperties)
        {
            DeliveryMode = DeliveryModes.Persistent,
            Headers = (message.BasicProperties.Headers ?? new Dictionary<string, object?>())
                .Where(h => h.Key is not (DeadLetterHeaders.Reason or DeadLetterHeaders.Queue or "x-death" or "x-delivery-count")
                    && !h.Key.StartsWith("x-first-death-", StringComparison.Ordinal) && !h.Key.StartsWith("x-last-death-", StringComparison.Ordinal))
                .ToDictionary(h => h.Key, h => h.Value),
        };
        properties.Headers[DeadLetterHeaders.RetriedBy] = by;
        return properties;
    }

    private async Task RecordAsync(string id, object e, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        session.Events.Append(StreamIdOf(id), e);
        await session.SaveChangesAsync(cancellationToken);
    }

    // PostgreSQL's jsonb takes no NUL; a poison message may have one.
    private static string Storable(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)) : text;
}
