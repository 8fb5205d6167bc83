using System.Text;
using System.Text.Json;
using KkiaEvents.Tests.Integration.Infrastructure;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Chaos;

/// <summary>MassTransit's batches swallow the second of two messages with one id: two webhooks of a transaction are two messages.</summary>
public class Trap06_TwoMessagesHaveOneId(Trap06_TwoMessagesHaveOneId.NoProcessor system) : IClassFixture<Trap06_TwoMessagesHaveOneId.NoProcessor>
{
    public sealed class NoProcessor(Services services) : Pipeline(services)
    {
        protected override int ProcessorsAtStart => 0;
    }

    // More than batches that are under way at once, so that some have two of them.
    private const int Successes = 20;

    [Fact]
    public async Task Failed_and_success_of_one_transaction_in_one_batch_are_both_recorded()
    {
        // Take out: MessageId = DeliveryId in WebhookPublisher (for one of the transaction); or DistinctBy(BodySha256) in
        // TransactionBatches, for DistinctBy(Event).
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id, "transaction.failed");
        for (var n = 0; n < Successes; n++)
            await system.NotifyAsync(id, salt: $"success {n}");
        Assert.Equal(1 + Successes, (await MessageIdsAsync()).Distinct().Count());

        // They are all there before it starts, and come in while the first batches wait for KKiaPay.
        await system.Provider.FaultAsync(new { latencyMs = 1000 });
        await system.StartProcessorAsync();
        await system.Outcomes.WaitForAsync(id);
        await system.Provider.HealAsync();
        await Condition.HoldsAsync("every claim is in the stream",
            async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'webhook_recorded'") == 1 + Successes);
        Assert.Single(system.Outcomes.Of(id));
    }

    // Looked at, and given back when the channel closes.
    private async Task<List<string>> MessageIdsAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var ids = new List<string>();
        while (await channel.BasicGetAsync(Broker.Queue, autoAck: false) is { } got)
            ids.Add(JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(got.Body.Span)).GetProperty("messageId").GetString()!);
        return ids;
    }
}
