using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Tests.Integration.Infrastructure;
using KkiaEvents.Tests.Integration.Subscribing;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>docs/asyncapi.yaml says what really travels, and nothing travels that it doesn't say.</summary>
public class AsyncApiTests(Operators system) : IClassFixture<Operators>
{
    private static readonly JsonSerializerOptions CamelCase = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver() };

    private readonly AsyncApiDocument _document = AsyncApiDocument.Read();

    public static TheoryData<string> MessageTypes() =>
        [.. typeof(OrderPaid).Assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false, IsSealed: true }).Select(t => t.Name)];

    [Fact]
    public void The_document_holds_together()
    {
        Assert.StartsWith("3.", _document.Root["asyncapi"]!.ToString());
        Assert.All(_document.References(), reference => Assert.True(_document.Resolve(reference) is not null, $"{reference} points nowhere"));
        Assert.All(_document.Root["operations"]!.AsObject(), o => Assert.True(o.Value!["action"]!.ToString() is "send" or "receive", o.Key));
        var used = _document.References().ToHashSet();
        Assert.All(_document.Root["components"]!["messages"]!.AsObject(), m => Assert.Contains($"#/components/messages/{m.Key}", used));
        Assert.All(_document.Schemas, s => Assert.Contains($"#/components/schemas/{s.Key}", used));
    }

    [Theory]
    [MemberData(nameof(MessageTypes))]
    public void A_type_of_the_contracts_is_documented_field_by_field(string type)
    {
        var schema = _document.Schemas[type]!;
        var actual = CamelCase.GetJsonSchemaAsNode(typeof(OrderPaid).Assembly.GetType($"KkiaEvents.Contracts.{type}")!, new() { TreatNullObliviousAsNonNullable = true });
        Assert.Equal(Names(actual["properties"]), Names(schema["properties"]));
        Assert.Equal(Texts(actual["required"]), Texts(schema["required"]));
        foreach (var (name, property) in schema["properties"]!.AsObject().Where(p => p.Value!["type"] is not null))
            Assert.Equal((name, string.Join(',', Texts(actual["properties"]![name]!["type"]))), (name, string.Join(',', Texts(property!["type"]))));
        Assert.All(schema["properties"]!.AsObject(), p => Assert.NotEmpty(p.Value!["description"]!.ToString()));
    }

    [Fact]
    public void The_reasons_of_flags_are_documented() => Assert.Equal(Enum.GetNames<FlagReason>().Order(), Texts(_document.Schemas["FlagReason"]!["enum"]));

    [Fact]
    public async Task Every_documented_exchange_and_queue_is_there_as_documented_and_none_of_the_topology_is_missing()
    {
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        // Declaring with other arguments than it has is an error of the broker's.
        foreach (var exchange in _document.Exchanges.Select(e => e["bindings"]!["amqp"]!["exchange"]!))
            await channel.ExchangeDeclareAsync($"{exchange["name"]}", $"{exchange["type"]}", exchange["durable"]!.GetValue<bool>(), exchange["autoDelete"]!.GetValue<bool>(), cancellationToken: TestContext.Current.CancellationToken);
        foreach (var queue in _document.Queues)
        {
            var arguments = queue["x-arguments"]!.AsObject().ToDictionary(a => a.Key, a => a.Value!.GetValueKind() == JsonValueKind.Number ? a.Value.GetValue<long>() : (object?)a.Value.ToString());
            await channel.QueueDeclareAsync($"{queue["address"]}", durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: TestContext.Current.CancellationToken);
        }

        var messages = typeof(OrderPaid).Assembly.GetExportedTypes().Where(t => typeof(OrderEvent).IsAssignableFrom(t)).Concat([.. Topology.OutcomeTypes, .. Topology.RawTypes, .. Topology.ConsumedQueues.Select(q => q.Message), typeof(TransactionUnrecognized)]);
        Assert.Equal(
            messages.Select(Topology.ExchangeOf).Concat([.. Topology.ConsumedQueues.Select(q => q.Queue), Topology.DeadLetters, Topology.OutcomesExchange]).Distinct().Order(),
            _document.Exchanges.Select(e => e["address"]!.ToString()).Order());
        Assert.Equal(
            Topology.ConsumedQueues.Select(q => q.Queue).Concat([Topology.DeadLetters, Topology.ParkedQueue]).Order(), _document.Queues.Select(q => q["address"]!.ToString()).Order());
    }

    [Fact]
    public async Task What_travels_is_what_is_documented()
    {
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        var queue = (await channel.QueueDeclareAsync(exclusive: false, cancellationToken: TestContext.Current.CancellationToken)).QueueName;
        foreach (var exchange in _document.Exchanges.Select(e => e["address"]!.ToString()).Where(e => e.StartsWith("KkiaEvents.", StringComparison.Ordinal)))
        {
            // A subscriber declares what it binds to: the first message of a type may not have made it yet.
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: TestContext.Current.CancellationToken);
            await channel.QueueBindAsync(queue, exchange, "", cancellationToken: TestContext.Current.CancellationToken);
        }


        var (paid, failed, flagged) = (await system.Provider.PayAsync(new { amount = 5000 }), await system.Provider.PayAsync(new { amount = 5000, outcome = "failed" }), await system.Provider.PayAsync(new { amount = 5000 }));
        await system.NotifyAsync(paid);
        await system.NotifyAsync(failed, "transaction.failed");
        await system.NotifyAsync(flagged, amount: 1);
        await system.NotifyAsync(paid, "transaction.timeout", salt: "late");
        await system.Outcomes.WaitForAsync(paid);
        await system.Outcomes.WaitForAsync(failed, "OrderPaymentFailed");
        await system.Outcomes.WaitForAsync(flagged, "OrderPaymentFlagged");
        await BrokerUsers.AnnounceAsync(system.AmqpUri, "KkiaEvents.Contracts:ExpectPayment", new { orderId = "refused", amount = -1 }, null);
        using (await system.PostAsync("""{"event":"transaction.unheard-of"}"""))
            await system.SettledAsync();
        Assert.Equal(202, (await Operators.PostAsync(system.Operator, "/api/v1/replays", new { selection = new { transactionId = paid }, reason = "documented", confirm = true })).Status);

        var seen = new HashSet<string>();
        await Condition.HoldsAsync($"every kind arrived; so far {string.Join(", ", seen)}", async () =>
        {
            while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
                seen.UnionWith(Check(message));
            return seen.IsSupersetOf(["OrderPaid", "OrderPaymentFailed", "OrderPaymentFlagged", "TransactionSucceeded", "TransactionFailed", "TransactionTimedOut", "TransactionUnrecognized", "ExpectPaymentRefused", "replay"]);
        });
    }

    private IEnumerable<string> Check(BasicGetResult received)
    {
        var envelope = JsonNode.Parse(received.Body.Span)!;
        var type = envelope["messageType"]![0]!.ToString().Split(':')[^1];
        var message = _document.Root["components"]!["messages"]![type];
        Assert.True(message is not null, $"{type} is not documented");
        var headers = message["headers"]!;
        var problems = _document.Problems(_document.Schemas["Envelope"]!, envelope, type)
            .Concat(_document.Problems(_document.Schemas[type]!, envelope["message"], type))
            .Concat(_document.Problems(headers, envelope["headers"], $"{type}.headers"))
            .Concat(_document.Problems(headers, new JsonObject((received.BasicProperties.Headers ?? new Dictionary<string, object?>()).Select(h => KeyValuePair.Create(h.Key, (JsonNode?)JsonValue.Create("text")))), $"{type}: broker's headers"));
        Assert.Empty(problems);
        Assert.Equal(message["contentType"]!.ToString(), received.BasicProperties.ContentType);
        return envelope["headers"]?["kkiaevents-replay"] is null ? [type] : [type, "replay"];
    }

    private static IEnumerable<string> Names(JsonNode? properties) => properties!.AsObject().Select(p => p.Key).Order();

    private static IEnumerable<string> Texts(JsonNode? texts) => (texts is JsonArray list ? list.Select(t => t!.ToString()) : texts is null ? [] : [texts.ToString()]).Order();
}
