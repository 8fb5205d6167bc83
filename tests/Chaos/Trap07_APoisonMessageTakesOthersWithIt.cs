using System.Text;
using KkiaEvents.Tests.Integration.Infrastructure;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Chaos;

/// <summary>A message that ends its consumer again and again is dropped by the broker in the end, and the whole prefetch with it.</summary>
public class Trap07_APoisonMessageTakesOthersWithIt(Trap07_APoisonMessageTakesOthersWithIt.NoProcessor system)
    : IClassFixture<Trap07_APoisonMessageTakesOthersWithIt.NoProcessor>
{
    public sealed class NoProcessor(Services services) : Pipeline(services)
    {
        protected override int ProcessorsAtStart => 0;
    }

    [Fact]
    public async Task Twenty_five_kills_of_the_consumer_leave_each_message_in_the_queue_or_in_the_dead_letters()
    {
        // Take out: x-dead-letter-exchange in Topology, and the broker drops them at the limit.
        const int payments = 40;
        await system.Provider.PayManyAsync("poison_", payments);
        await system.NotifyManyAsync("poison_", payments);
        // KKiaPay does not answer, so that whoever takes a batch is killed with it in its hands.
        await system.Provider.FaultAsync(new { hang = true });
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        for (var kill = 0; kill < 25; kill++)
        {
            await system.StartProcessorAsync();
            await Condition.HoldsAsync("the queue is handed out", async () => await channel.MessageCountAsync(Broker.Queue) == 0);
            await system.KillProcessorsAsync();
            await Condition.HoldsAsync("the broker knows that it is gone", async () => await channel.ConsumerCountAsync(Broker.Queue) == 0);
        }

        // Some were recorded in the ledger before a kill, and wait there; each of the others is in one of the queues.
        await Condition.HoldsAsync("none is missing", async () =>
            await channel.MessageCountAsync(Broker.Queue) + await channel.MessageCountAsync(Broker.DeadLetters)
            + await system.ReadAsync<long>("select count(*) from kkiaevents.due where transaction_id like 'poison%'") >= payments);

        await system.Provider.HealAsync();
        while (await channel.BasicGetAsync(Broker.DeadLetters, autoAck: true) is { } dead)
            await channel.BasicPublishAsync("", Broker.Queue, mandatory: true, new BasicProperties(dead.BasicProperties) { Headers = null }, dead.Body);
        await system.StartProcessorAsync();
        await system.EachIsPaidOnceAsync("poison_", payments);
        await system.KillProcessorsAsync();
    }

    [Fact]
    public async Task One_poison_among_a_hundred_dies_alone()
    {
        // Take out: the singles after a batch that failed in PaymentSettler, and PutAsideAsync in TransactionBatches.
        const int payments = 100;
        await system.Provider.PayManyAsync("good_", payments);
        await system.NotifyManyAsync("good_", payments / 2);
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var before = await channel.MessageCountAsync(Broker.DeadLetters);
        // What the ledger refuses, and what nobody can read.
        await PublishAsync("""{"messageId":"0193f0c4-7a6e-7000-8000-00000000dead","messageType":["urn:message:KkiaEvents.Contracts:TransactionSucceeded","urn:message:KkiaEvents.Contracts:TransactionNotification"],"message":{"deliveryId":"0193f0c4-7a6e-7000-8000-00000000dead","merchant":"default","transactionId":"nul","event":"transaction.success","body":"{\u0000}","signature":"\u0000","receivedAt":"2026-01-01T00:00:00Z"}}""");
        await PublishAsync("{ no envelope");
        foreach (var n in Enumerable.Range(payments / 2, payments / 2))
            await system.NotifyAsync($"good_{n}", order: $"good_{n}");

        await system.StartProcessorAsync();
        await system.EachIsPaidOnceAsync("good_", payments);
        await Condition.HoldsAsync("both are in the dead letters", async () => await channel.MessageCountAsync(Broker.DeadLetters) == before + 2);
        await system.KillProcessorsAsync();

        async Task PublishAsync(string body) => await channel.BasicPublishAsync(
            "", Broker.Queue, mandatory: true, new BasicProperties { ContentType = "application/vnd.masstransit+json", DeliveryMode = DeliveryModes.Persistent, MessageId = Guid.NewGuid().ToString() },
            Encoding.UTF8.GetBytes(body));
    }
}
