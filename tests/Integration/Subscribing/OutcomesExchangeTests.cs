using System.Text.Json.Nodes;
using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Tests.Integration.Infrastructure;
using MassTransit;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Subscribing;

/// <summary>One publish an outcome, to one exchange, in MassTransit's envelope; what subscribers bound to so far gets it as before.</summary>
public class OutcomesExchangeTests(Installation system) : IClassFixture<Installation>
{
    // What differs between any two messages.
    private static readonly string[] Own = ["messageId", "conversationId", "sourceAddress", "sentTime", "host"];

    [Fact]
    public async Task An_outcome_is_published_once_under_the_key_of_its_merchant_and_type_in_the_envelope_of_MassTransits_publish()
    {
        await using var all = await HearAsync(Topology.OutcomesExchange, "#");
        await using var ofType = await HearAsync(Topology.ExchangeOf(typeof(OrderPaid)), "");
        await using var ofBase = await HearAsync(Topology.ExchangeOf(typeof(OrderEvent)), "");
        var order = $"order-{Guid.NewGuid():n}";
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = order } });
        await system.NotifyAsync(id, order: order);
        foreach (var heard in new[] { all, ofType, ofBase })
            await heard.WaitForAsync("OrderPaid", order);

        foreach (var (delivery, _) in new[] { all.All[^1], ofType.All[^1], ofBase.All[^1] })
            Assert.Equal((Topology.OutcomesExchange, "default.OrderPaid"), (delivery.Exchange, delivery.RoutingKey));
        var (sent, envelope) = Assert.Single(all.All);

        // The same event as MassTransit itself publishes it.
        var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(new Uri(system.AmqpUri)));
        await bus.StartAsync(TestContext.Current.CancellationToken);
        var outcome = System.Text.Json.JsonSerializer.Deserialize<OrderPaid>(envelope.GetProperty("message"), System.Text.Json.JsonSerializerOptions.Web)!;
        var before = ofType.All.Count;
        await bus.Publish(outcome, context => context.MessageId = outcome.EventId, TestContext.Current.CancellationToken);
        await Condition.HoldsAsync("MassTransit's own arrived", () => ofType.All.Count > before);
        await bus.StopAsync(TestContext.Current.CancellationToken);
        var (published, theirs) = ofType.All[^1];
        JsonObject Comparable(System.Text.Json.JsonElement of)
        {
            var comparable = JsonNode.Parse(of.GetRawText())!.AsObject();
            foreach (var name in Own)
                Assert.True(comparable.Remove(name), $"{name} is missing");
            comparable["headers"]!.AsObject().Remove("MT-Activity-Id");
            return comparable;
        }

        Assert.Equal(Comparable(theirs).ToJsonString(), Comparable(envelope).ToJsonString());
        Assert.Equal(
            (published.BasicProperties.ContentType, published.BasicProperties.DeliveryMode, published.BasicProperties.MessageId),
            (sent.BasicProperties.ContentType, sent.BasicProperties.DeliveryMode, sent.BasicProperties.MessageId));
    }

    [Fact]
    public async Task A_binding_that_an_administrator_took_away_loses_no_outcome()
    {
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        var first = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(first);
        await system.Outcomes.WaitForAsync(first);
        await channel.ExchangeUnbindAsync(Topology.ExchangeOf(typeof(OrderPaid)), Topology.OutcomesExchange, "*.OrderPaid", cancellationToken: TestContext.Current.CancellationToken);

        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
    }

    [Fact]
    public async Task The_fanout_exchanges_get_what_an_older_Processor_publishes_to_them()
    {
        await using var ofType = await HearAsync(Topology.ExchangeOf(typeof(OrderPaid)), "");
        await using var all = await HearAsync(Topology.OutcomesExchange, "#");
        var order = $"order-{Guid.NewGuid():n}";
        var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(new Uri(system.AmqpUri)));
        await bus.StartAsync(TestContext.Current.CancellationToken);
        await bus.Publish(
            new OrderPaid { EventId = Guid.NewGuid(), Merchant = "default", OrderId = order, TransactionId = "txn_older", DecidedAt = DateTimeOffset.UtcNow, Amount = 5000 }, TestContext.Current.CancellationToken);
        await ofType.WaitForAsync("OrderPaid", order);
        await bus.StopAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(all.Messages, m => m.GetProperty("orderId").GetString() == order);
    }

    private async Task<HeardMessages> HearAsync(string exchange, string key)
    {
        var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, exchange, key);
        return await HeardMessages.ConsumeAsync(connection, channel, queue);
    }
}
