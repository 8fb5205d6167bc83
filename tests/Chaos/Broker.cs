using System.Text;
using System.Text.Json;
using KkiaEvents.Chaos.Faults;
using KkiaEvents.Local.Backing;
using KkiaEvents.Tests.Integration.Infrastructure;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Chaos;

/// <summary>What came to the Processor's queue.</summary>
internal static class Broker
{
    public const string Queue = "kkiaevents-processor";

    public const string DeadLetters = "kkiaevents-dead";

    /// <summary>Nobody listens there: the broker is away for whoever is given it.</summary>
    public static string Nowhere => $"amqp://u:p@127.0.0.1:{LoopbackPort.Free()}/";

    /// <summary>The same broker behind a gate.</summary>
    public static string Through(TcpGate gate, string amqpUri) => new UriBuilder(amqpUri) { Port = gate.Port }.Uri.AbsoluteUri;

    /// <summary>How many messages a queue holds that nobody has been handed.</summary>
    public static async Task<uint> CountAsync(string amqpUri, string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new(amqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        return await channel.MessageCountAsync(queue);
    }

    /// <summary>Waits until every transaction's webhook is in the queue, with one and the same message id each time it is.</summary>
    public static async Task HasAllAsync(string amqpUri, IReadOnlyCollection<string> transactions, Func<string> otherwise)
    {
        var arrived = new Dictionary<string, HashSet<string>>();
        await Condition.HoldsAsync($"all {transactions.Count} that were answered 200 are in the queue ({otherwise()})", async () =>
        {
            try
            {
                await using var connection = await new ConnectionFactory { Uri = new(amqpUri) }.CreateConnectionAsync();
                await using var channel = await connection.CreateChannelAsync();
                while (await channel.BasicGetAsync(Queue, autoAck: true) is { } got)
                {
                    var envelope = JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(got.Body.Span));
                    var transaction = envelope.GetProperty("message").GetProperty("transactionId").GetString()!;
                    if (!arrived.TryGetValue(transaction, out var ids))
                        arrived[transaction] = ids = [];
                    ids.Add(envelope.GetProperty("messageId").GetString()!);
                }
            }
            catch (Exception e) when (e is RabbitMQ.Client.Exceptions.OperationInterruptedException or RabbitMQ.Client.Exceptions.BrokerUnreachableException)
            {
                return false;
            }

            return transactions.All(arrived.ContainsKey);
        }, TimeSpan.FromMinutes(2));
        Assert.All(transactions, transaction => Assert.Single(arrived[transaction]));
    }
}
