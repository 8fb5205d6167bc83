using System.Text.Json;
using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Local.Backing;
using KkiaEvents.Tests.Integration.Infrastructure;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Rights;

/// <summary>A virtual host with the definitions that the product ships, and a merchant's queue.</summary>
public sealed class DefinedBroker(Services services) : IAsyncLifetime
{
    public string Name { get; } = Services.UniqueName("users");

    /// <summary>A virtual host of somebody else.</summary>
    public string Elsewhere { get; } = Services.UniqueName("elsewhere");

    public string Everything { get; private set; } = "";

    public Func<string, string> Of { get; private set; } = _ => "";

    public async ValueTask InitializeAsync()
    {
        await services.CreateVirtualHostAsync(Elsewhere);
        Everything = await services.CreateVirtualHostAsync(Name);
        Of = await services.ImportDefinitionsAsync(Name);
        await using var connection = await new ConnectionFactory { Uri = new(Everything) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("shop", durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync("shop", Topology.ExchangeOf(typeof(OrderPaid)), "");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>What each service's user of the broker can't do. That each can do its work, every other test of the flow shows: all run with these users.</summary>
public sealed class BrokerUserTests(DefinedBroker broker) : IClassFixture<DefinedBroker>
{
    private const string Paid = "KkiaEvents.Contracts:OrderPaid";
    private const string Raw = "KkiaEvents.Contracts:TransactionSucceeded";

    [Theory]
    // Ingress keeps webhooks: it reads nobody's queue, takes none away, and says nothing of orders.
    [InlineData("ingress", "read", "kkiaevents-processor")]
    [InlineData("ingress", "read", "kkiaevents-announcements")]
    [InlineData("ingress", "read", "kkiaevents-dead")]
    [InlineData("ingress", "read", "kkiaevents-parked")]
    [InlineData("ingress", "read", "shop")]
    [InlineData("ingress", "purge", "kkiaevents-processor")]
    [InlineData("ingress", "purge", "kkiaevents-parked")]
    [InlineData("ingress", "delete queue", "kkiaevents-processor")]
    [InlineData("ingress", "delete queue", "kkiaevents-announcements")]
    [InlineData("ingress", "delete queue", "kkiaevents-dead")]
    [InlineData("ingress", "delete exchange", "kkiaevents-processor")]
    [InlineData("ingress", "delete exchange", Paid)]
    [InlineData("ingress", "publish", Paid)]
    [InlineData("ingress", "publish", "")]
    [InlineData("ingress", "publish", "kkiaevents-outcomes")]
    [InlineData("ingress", "delete exchange", "kkiaevents-outcomes")]
    [InlineData("ingress", "bind from", "kkiaevents-outcomes")]
    [InlineData("ingress", "bind from", Paid)]
    // Processor decides: it makes no webhook, and leaves what waits for a person and what is a merchant's.
    [InlineData("processor", "read", "kkiaevents-parked")]
    [InlineData("processor", "read", "shop")]
    [InlineData("processor", "purge", "shop")]
    [InlineData("processor", "delete queue", "kkiaevents-parked")]
    [InlineData("processor", "delete queue", "shop")]
    [InlineData("processor", "delete exchange", Raw)]
    [InlineData("processor", "publish", Raw)]
    [InlineData("processor", "publish", "KkiaEvents.Contracts:ExpectPayment")]
    [InlineData("processor", "publish", "")]
    [InlineData("processor", "declare", "mine")]
    // Operators look at what waits for a person, and send it back; queues stay.
    [InlineData("operations", "read", "kkiaevents-processor")]
    [InlineData("operations", "read", "shop")]
    [InlineData("operations", "purge", "kkiaevents-processor")]
    [InlineData("operations", "delete queue", "kkiaevents-processor")]
    [InlineData("operations", "delete queue", "kkiaevents-dead")]
    [InlineData("operations", "delete queue", "kkiaevents-parked")]
    [InlineData("operations", "delete queue", "shop")]
    [InlineData("operations", "delete exchange", Paid)]
    [InlineData("operations", "delete exchange", "kkiaevents-outcomes")]
    [InlineData("operations", "publish", Raw)]
    [InlineData("operations", "declare", "mine")]
    // A merchant's service hears of orders; it can't say that one is paid, nor that KKiaPay said so.
    [InlineData("subscriber", "publish", Paid)]
    [InlineData("subscriber", "publish", "kkiaevents-outcomes")]
    [InlineData("subscriber", "publish", "KkiaEvents.Contracts:ExpectPaymentRefused")]
    [InlineData("subscriber", "delete exchange", "kkiaevents-outcomes")]
    [InlineData("subscriber", "publish", Raw)]
    [InlineData("subscriber", "publish", "")]
    [InlineData("subscriber", "publish", "kkiaevents-processor")]
    [InlineData("subscriber", "read", "kkiaevents-processor")]
    [InlineData("subscriber", "read", "kkiaevents-dead")]
    [InlineData("subscriber", "read", "kkiaevents-parked")]
    [InlineData("subscriber", "read", "shop")]
    [InlineData("subscriber", "purge", "kkiaevents-processor")]
    [InlineData("subscriber", "delete queue", "kkiaevents-processor")]
    [InlineData("subscriber", "delete queue", "kkiaevents-dead")]
    [InlineData("subscriber", "delete exchange", Raw)]
    [InlineData("subscriber", "bind from", Raw)]
    [InlineData("subscriber", "declare", "kkiaevents-mine")]
    public async Task A_service_can_not_do_anothers_work(string service, string what, string name)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var connection = await new ConnectionFactory { Uri = new(broker.Of(service)) }.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        Func<Task> act = what switch
        {
            "read" => () => channel.BasicGetAsync(name, autoAck: false, cancellation),
            "purge" => () => channel.QueuePurgeAsync(name, cancellation),
            "delete queue" => () => channel.QueueDeleteAsync(name, cancellationToken: cancellation),
            "delete exchange" => () => channel.ExchangeDeleteAsync(name, cancellationToken: cancellation),
            "declare" => () => channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellation),
            "bind from" => () => channel.QueueBindAsync(service == "ingress" ? "kkiaevents-parked" : "OrderPayments", name, "", cancellationToken: cancellation),
            // The answer to a publish comes with the next one that is waited for.
            _ => async () =>
            {
                await channel.BasicPublishAsync(name, "kkiaevents-processor", ReadOnlyMemory<byte>.Empty, cancellation);
                await channel.QueueDeclarePassiveAsync("kkiaevents-processor", cancellation);
            }
            ,
        };
        if (what == "bind from" && service == "subscriber")
            await channel.QueueDeclareAsync("OrderPayments", durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellation);
        await Assert.ThrowsAnyAsync<Exception>(act);
        Assert.True(channel.CloseReason is { ReplyCode: Constants.AccessRefused }, $"{service} {what} {name}: {channel.CloseReason?.ReplyText ?? "allowed"}");
    }

    [Theory]
    [InlineData("ingress")]
    [InlineData("processor")]
    [InlineData("operations")]
    [InlineData("subscriber")]
    public async Task A_user_is_let_into_its_virtual_host_only(string service)
    {
        var own = BusAddress.TryParse(broker.Of(service))!.Factory("test");
        await using (var connection = await own.CreateConnectionAsync(TestContext.Current.CancellationToken))
            Assert.True(connection.IsOpen);
        own.VirtualHost = broker.Elsewhere;
        // The client calls a connection open before the broker said so; the refusal comes with the first thing that is asked of it.
        var refused = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var connection = await own.CreateConnectionAsync(TestContext.Current.CancellationToken);
            await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        });
        Assert.Contains("access to vhost", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_service_may_not_declare_it_looks_for_and_names_when_it_is_not_there()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var ingress = new TopologyDeclaration(BusAddress.TryParse(broker.Of("ingress"))!);
        await ingress.DeclareAsync(cancellation);
        await using (var connection = await new ConnectionFactory { Uri = new(broker.Everything) }.CreateConnectionAsync(cancellation))
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: cancellation))
            await channel.QueueDeleteAsync("kkiaevents-announcements", cancellationToken: cancellation);
        var missing = await Assert.ThrowsAsync<TopologyException>(() => ingress.DeclareAsync(cancellation));
        Assert.Contains("'kkiaevents-announcements' is not there", missing.Message, StringComparison.Ordinal);

        // Whose it is makes it again.
        await TopologyDeclaration.DeclareAsync(BusAddress.TryParse(broker.Of("processor"))!, cancellation);
        await ingress.DeclareAsync(cancellation);
    }

    [Fact]
    public void The_definitions_are_the_topology_that_the_services_declare()
    {
        using var definitions = JsonDocument.Parse(BrokerDefinitions.For(new(1, null, "admin", "secret"), "any"));
        IReadOnlyList<JsonElement> All(string kind) => [.. definitions.RootElement.GetProperty(kind).EnumerateArray()];
        static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

        var queues = All("queues").ToDictionary(q => Text(q, "name"), q => q.GetProperty("arguments").EnumerateObject().ToDictionary(a => a.Name, a => a.Value.ToString()));
        Dictionary<string, string> Expected(IReadOnlyDictionary<string, object> arguments) => arguments.ToDictionary(a => a.Key, a => a.Value.ToString()!);
        Assert.Equal(new[] { Topology.DeadLetters, Topology.ParkedQueue }.Concat(Topology.ConsumedQueues.Select(c => c.Queue)).Order(), queues.Keys.Order());
        Assert.All(Topology.ConsumedQueues, c => Assert.Equal(Expected(Topology.ConsumedQueueArguments), queues[c.Queue]));
        Assert.All([Topology.DeadLetters, Topology.ParkedQueue], q => Assert.Equal(Expected(Topology.KeptQueueArguments), queues[q]));

        var notification = Topology.ExchangeOf(typeof(TransactionNotification));
        IEnumerable<string> bindings =
        [
            $"{Topology.DeadLetters} queue {Topology.DeadLetters}",
            $"{Topology.ExchangeOf(typeof(TransactionUnrecognized))} queue {Topology.ParkedQueue}",
            .. Topology.ConsumedQueues.SelectMany(c => new[] { $"{Topology.ExchangeOf(c.Message)} exchange {c.Queue}", $"{c.Queue} queue {c.Queue}" }),
            .. Topology.RawTypes.Select(t => $"{Topology.ExchangeOf(t)} exchange {notification}"),
            .. Topology.OutcomeTypes.Select(t => $"{Topology.OutcomesExchange} *.{t.Name} exchange {Topology.ExchangeOf(t)}"),
            .. Topology.OutcomeTypes.Where(t => t.IsSubclassOf(typeof(OrderEvent))).Select(t => $"{Topology.ExchangeOf(t)} exchange {Topology.ExchangeOf(typeof(OrderEvent))}"),
        ];
        var found = All("bindings").Select(b => $"{Text(b, "source")} {Text(b, "routing_key")} {Text(b, "destination_type")} {Text(b, "destination")}".Replace("  ", " ", StringComparison.Ordinal)).ToList();
        Assert.Equal(bindings.Order(), found.Order());
        // Those of the outcomes among them, so that who listens or subscribes before the first one finds them.
        Assert.Equal(
            All("bindings").Select(b => Text(b, "source")).Concat(All("bindings").Where(b => Text(b, "destination_type") == "exchange").Select(b => Text(b, "destination"))).Distinct().Order(),
            All("exchanges").Select(e => Text(e, "name")).Order());
        Assert.All(All("exchanges"), e => Assert.Equal(Text(e, "name") == Topology.OutcomesExchange ? "topic" : "fanout", Text(e, "type")));
        Assert.All(All("exchanges").Concat(All("queues")), e => Assert.True(e.GetProperty("durable").GetBoolean()));
        Assert.Equal(["ingress", "operations", "processor", "subscriber"], BrokerDefinitions.Users.Select(u => u.Service).Order());
    }
}
