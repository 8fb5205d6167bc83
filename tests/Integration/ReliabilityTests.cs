using System.Text;
using KkiaEvents.Tests.Integration.Infrastructure;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration;

public sealed class TwoProcessors(Services services) : Installation(services)
{
    protected override int Processors => 2;
}

/// <summary>What must hold with several Processors and poison among the messages.</summary>
public class ReliabilityTests(TwoProcessors system) : IClassFixture<TwoProcessors>
{
    [Fact]
    public async Task Every_payment_has_one_outcome_though_each_webhook_comes_three_times_in_any_order()
    {
        const int payments = 500;
        await system.Provider.PayManyAsync("triple_", payments);
        var webhooks = Enumerable.Range(0, payments).SelectMany(n => Enumerable.Repeat(n, 3)).ToArray();
        new Random(20261124).Shuffle(webhooks);
        await Parallel.ForEachAsync(webhooks, new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (n, _) => await system.NotifyAsync($"triple_{n}", order: $"triple_{n}"));
        await Condition.HoldsAsync("every payment came out", () => system.Outcomes.Distinct.Count(o => o.TransactionId.StartsWith("triple_", StringComparison.Ordinal)) >= payments);
        await system.SettledAsync();
        var outcomes = system.Outcomes.Distinct.Where(o => o.TransactionId.StartsWith("triple_", StringComparison.Ordinal)).ToList();
        Assert.All(outcomes, o => Assert.Equal("OrderPaid", o.Type));
        Assert.Equal(payments, outcomes.Select(o => o.TransactionId).Distinct().Count());
        Assert.Equal(payments, outcomes.Count);
    }

    [Fact]
    public async Task A_message_that_nobody_can_read_ends_in_the_dead_letters_and_stops_no_other()
    {
        // Take out: x-delivery-limit or x-dead-letter-exchange in Topology, and it goes round for ever.
        await PublishRawAsync("{ no envelope dead-1", "application/vnd.masstransit+json");
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
        await InDeadLettersAsync("dead-1");
    }

    [Fact]
    public async Task A_message_of_a_form_that_the_ledger_refuses_dies_alone_in_its_batch()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => system.Provider.PayAsync(new { amount = 5000 })));
        var poison = PublishRawAsync(
            """{"messageId":"0193f0c4-7a6e-7000-8000-00000000dead","messageType":["urn:message:KkiaEvents.Contracts:TransactionSucceeded","urn:message:KkiaEvents.Contracts:TransactionNotification"],"message":{"deliveryId":"0193f0c4-7a6e-7000-8000-00000000dead","merchant":"default","transactionId":"../dead-2","event":"transaction.success","body":"{}","receivedAt":"2026-01-01T00:00:00Z"}}""",
            "application/vnd.masstransit+json");
        await Task.WhenAll(ids.Select(id => system.NotifyAsync(id)).Append(poison));
        foreach (var id in ids)
            await system.Outcomes.WaitForAsync(id);
        await InDeadLettersAsync("dead-2");
    }

    [Theory]
    [InlineData("dead-3", """{"deliveryId":"0193f0c4-7a6e-7000-8000-00000000dead","merchant":null,"transactionId":"dead-3","event":"transaction.success","body":"{}","receivedAt":"2026-01-01T00:00:00Z"}""")]
    [InlineData("dead-4", """{"deliveryId":"0193f0c4-7a6e-7000-8000-00000000dead","merchant":"default","transactionId":"dead-4","event":"transaction.success","body":null,"receivedAt":"2026-01-01T00:00:00Z"}""")]
    public async Task A_message_with_a_null_dies_alone(string id, string message)
    {
        await PublishRawAsync(EnvelopeOf(message), "application/vnd.masstransit+json");
        await InDeadLettersAsync(id);
    }

    [Fact]
    public async Task What_is_put_aside_is_in_the_dead_letters_though_their_queue_was_taken_away()
    {
        // Take out: Mandatory in DeadLetters, and the message is gone.
        await using (var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync())
        await using (var channel = await connection.CreateChannelAsync())
            await channel.QueueDeleteAsync("kkiaevents-dead");
        await PublishRawAsync(
            EnvelopeOf("""{"deliveryId":"0193f0c4-7a6e-7000-8000-00000000dead","merchant":"default","transactionId":"../dead-5","event":"transaction.success","body":"{}","receivedAt":"2026-01-01T00:00:00Z"}"""),
            "application/vnd.masstransit+json");
        await Condition.HoldsAsync("the queue is back", async () =>
        {
            try
            {
                await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
                await using var channel = await connection.CreateChannelAsync();
                return await channel.MessageCountAsync("kkiaevents-dead") > 0;
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                return false;
            }
        });
        await InDeadLettersAsync("dead-5");
    }

    private static string EnvelopeOf(string message) =>
        $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["urn:message:KkiaEvents.Contracts:TransactionSucceeded","urn:message:KkiaEvents.Contracts:TransactionNotification"],"message":{{message}}}""";

    private async Task PublishRawAsync(string body, string contentType)
    {
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var properties = new BasicProperties { ContentType = contentType, DeliveryMode = DeliveryModes.Persistent, MessageId = Guid.NewGuid().ToString() };
        await channel.BasicPublishAsync("KkiaEvents.Contracts:TransactionSucceeded", "", mandatory: true, properties, Encoding.UTF8.GetBytes(body));
    }

    private async Task InDeadLettersAsync(string containing)
    {
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await Condition.HoldsAsync($"the dead letters hold {containing}", async () =>
        {
            while (await channel.BasicGetAsync("kkiaevents-dead", autoAck: false) is { } got)
            {
                if (Encoding.UTF8.GetString(got.Body.Span).Contains(containing, StringComparison.Ordinal))
                    return true;
            }

            return false;
        });
    }
}
