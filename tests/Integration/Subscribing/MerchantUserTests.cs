using KkiaEvents.Contracts;
using KkiaEvents.Tests.Integration.Infrastructure;
using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Tests.Integration.Subscribing;

/// <summary>Two shops, each with a service of its own, and one that sees both.</summary>
public sealed class ShopsWithServices(Services services) : IAsyncLifetime
{
    private readonly string _unique = Guid.NewGuid().ToString("n")[..8];

    public TwoShops System { get; } = new(services);

    /// <summary>The user, and the queue, of shop-a's service; shop-b's.</summary>
    public string A => $"a-{_unique}";

    public string B => $"b-{_unique}";

    public string AddressOfA { get; private set; } = "";

    public string AddressOfB { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await System.InitializeAsync();
        AddressOfA = await BrokerUsers.MakeAsync(System, A, "--merchant", "shop-a", "--queue", A, "--announce");
        AddressOfB = await BrokerUsers.MakeAsync(System, B, "--merchant", "shop-b", "--queue", B);
        await using var connection = await new ConnectionFactory { Uri = new(AddressOfB) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(B, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(B, B, "");
        // What MassTransit makes when some consumer of the installation fails for the first time: it carries the whole message.
        await using var everything = await new ConnectionFactory { Uri = new(System.AmqpUri) }.CreateConnectionAsync();
        await using var declaring = await everything.CreateChannelAsync();
        await declaring.ExchangeDeclareAsync("MassTransit:Fault", ExchangeType.Fanout, durable: true);
    }

    /// <summary>A payment of each shop, both decided.</summary>
    public async Task<(string A, string B)> PayAsync()
    {
        var (a, b) = ($"a-{Guid.NewGuid():n}", $"b-{Guid.NewGuid():n}");
        foreach (var (shop, order) in new[] { ("shop-a", a), ("shop-b", b) })
        {
            var id = await System.Provider.PayAsync(new { merchant = shop, amount = 5000, stateData = new { orderId = order } });
            var body = Installation.Body(id, order: order);
            await Condition.HoldsAsync($"{shop}'s webhook is taken", async () =>
            {
                using var response = await System.PostAsync(body, Installation.Sign(body, $"secret-{shop[^1]}"), $"/webhook/kkiapay/{shop}");
                return response.IsSuccessStatusCode;
            });
            await System.Outcomes.WaitForAsync(id);
        }

        return (a, b);
    }

    public ValueTask DisposeAsync() => System.DisposeAsync();
}

/// <summary>A merchant's service gets what is that merchant's, with any client, and nothing of another's by any way.</summary>
public class MerchantUserTests(ShopsWithServices shops) : IClassFixture<ShopsWithServices>
{
    private const string Paid = "KkiaEvents.Contracts:OrderPaid";

    [Fact]
    public async Task A_merchants_service_gets_its_own_outcomes_and_none_of_anothers()
    {
        await using var heard = await BrokerUsers.SubscribeAsync(shops.AddressOfA, shops.A);
        await shops.PayAsync();
        var (a, _) = await shops.PayAsync();
        await heard.WaitForAsync("OrderPaid", a);
        Assert.All(heard.Messages, m => Assert.Equal("shop-a", m.GetProperty("merchant").GetString()));
        // Beside it the installation's own services get both, as before.
        Assert.Contains(shops.System.Outcomes.All, o => o.Text("merchant") == "shop-b");
    }

    [Theory]
    [InlineData("bind", "kkiaevents-outcomes", "#")]
    [InlineData("bind", "kkiaevents-outcomes", "*.OrderPaid")]
    [InlineData("bind", "kkiaevents-outcomes", "shop-b.OrderPaid")]
    [InlineData("bind", "kkiaevents-outcomes", "shop-b.*")]
    [InlineData("bind", Paid, "")]
    [InlineData("bind", "KkiaEvents.Contracts:OrderEvent", "")]
    [InlineData("bind", "KkiaEvents.Contracts:ExpectPaymentRefused", "")]
    [InlineData("bind", "KkiaEvents.Contracts:ExpectPayment", "")]
    [InlineData("bind", "KkiaEvents.Contracts:TransactionSucceeded", "")]
    [InlineData("bind", "MassTransit:Fault", "")]
    [InlineData("bind", "amq.rabbitmq.trace", "#")]
    [InlineData("bind", "OTHER", "")]
    [InlineData("bind an exchange", "kkiaevents-outcomes", "#")]
    [InlineData("bind an exchange", "kkiaevents-outcomes", "shop-b.OrderPaid")]
    [InlineData("bind an exchange", Paid, "")]
    [InlineData("bind an exchange", "OTHER", "")]
    [InlineData("bind to it", "OTHER", "")]
    [InlineData("read", "OTHER", "")]
    [InlineData("read", "kkiaevents-dead", "")]
    [InlineData("delete the queue", "OTHER", "")]
    [InlineData("delete the exchange", "OTHER", "")]
    [InlineData("delete the exchange", "kkiaevents-outcomes", "")]
    [InlineData("delete the exchange", "KkiaEvents.Contracts:ExpectPayment", "")]
    [InlineData("publish", "kkiaevents-outcomes", "shop-a.OrderPaid")]
    [InlineData("publish", Paid, "")]
    [InlineData("publish", "OTHER", "")]
    [InlineData("publish", "", "kkiaevents-announcements")]
    [InlineData("declare", "mine", "")]
    public async Task A_merchants_user_reaches_nothing_of_anothers(string what, string name, string key)
    {
        var cancellation = TestContext.Current.CancellationToken;
        name = name == "OTHER" ? shops.B : name;
        await using var connection = await new ConnectionFactory { Uri = new(shops.AddressOfA) }.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        var own = $"{shops.A}_skipped";
        await channel.QueueDeclareAsync(own, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellation);
        await channel.ExchangeDeclareAsync(own, ExchangeType.Fanout, durable: true, cancellationToken: cancellation);
        Func<Task> act = what switch
        {
            "bind" => () => channel.QueueBindAsync(own, name, key, cancellationToken: cancellation),
            "bind an exchange" => () => channel.ExchangeBindAsync(own, name, key, cancellationToken: cancellation),
            "bind to it" => () => channel.QueueBindAsync(name, own, key, cancellationToken: cancellation),
            "read" => () => channel.BasicGetAsync(name, autoAck: false, cancellation),
            "delete the queue" => () => channel.QueueDeleteAsync(name, cancellationToken: cancellation),
            "delete the exchange" => () => channel.ExchangeDeleteAsync(name, cancellationToken: cancellation),
            "declare" => () => channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellation),
            // The answer to a publish comes with the next one that is waited for.
            _ => async () =>
            {
                await channel.BasicPublishAsync(name, key, ReadOnlyMemory<byte>.Empty, cancellation);
                await channel.QueueDeclarePassiveAsync(own, cancellation);
            }
            ,
        };
        await Assert.ThrowsAnyAsync<Exception>(act);
        Assert.True(channel.CloseReason is { ReplyCode: Constants.AccessRefused }, $"{what} {name} {key}: {channel.CloseReason?.ReplyText ?? "allowed"}");
    }

    [Fact]
    public async Task A_user_for_a_queue_that_gets_anothers_outcomes_is_not_made()
    {
        var system = shops.System;
        async Task<string> RefusedAsync(params string[] arguments)
        {
            var run = await BrokerUsers.KkiaAsync(system.Services, system.AmqpUriOf("operations"), arguments);
            Assert.Equal(1, run.Code);
            return run.Error;
        }

        Assert.Contains("gets more than merchant 'shop-b'", await RefusedAsync($"{shops.B}-2", "--merchant", "shop-b", "--queue", shops.A), StringComparison.Ordinal);
        Assert.Contains("gets the outcomes of merchant 'shop-a' alone", await RefusedAsync($"{shops.B}-2", "--queue", shops.A), StringComparison.Ordinal);
        Assert.Contains("who sees every merchant, may bind 'OrderPayments'", await RefusedAsync($"{shops.B}-2", "--merchant", "shop-b", "--queue", "OrderPayments"), StringComparison.Ordinal);
        Assert.Contains("--replace", await RefusedAsync(shops.A, "--merchant", "shop-a", "--queue", shops.A), StringComparison.Ordinal);
        Assert.Contains("has tags", await RefusedAsync(system.Services.BrokerEndpoint.User, "--queue", "mine", "--replace"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mine", "_error")]
    [InlineData("mine", "_skipped")]
    [InlineData("mine", "-dead")]
    [InlineData("mine", "-announcements")]
    [InlineData("kkiaevents-mine", "")]
    public async Task A_user_with_a_name_of_anothers_or_of_the_systems_is_not_made(string name, string ending)
    {
        var (operations, other) = (shops.System.AmqpUriOf("operations"), name == "mine" ? shops.A : name);
        Assert.Equal(2, (await BrokerUsers.KkiaAsync(shops.System.Services, operations, "mine", "--merchant", "shop-b", "--queue", other + ending)).Code);
        Assert.Equal(2, (await BrokerUsers.KkiaAsync(shops.System.Services, operations, "kkiaevents-operations", "--queue", "mine", "--replace")).Code);
    }

    [Fact]
    public async Task A_MassTransit_consumer_of_any_name_works_with_a_merchants_user_and_what_it_cannot_handle_is_kept()
    {
        var consumed = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(shops.AddressOfB));
            rabbit.ReceiveEndpoint(shops.B, endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.PublishFaults = false;
                endpoint.Handler<OrderPaid>(context =>
                {
                    consumed.Enqueue($"{context.Message.Merchant} {context.Message.OrderId}");
                    return consumed.Count == 1 ? throw new InvalidOperationException("The shop's database is away.") : Task.CompletedTask;
                });
            });
        });
        await bus.StartAsync(TestContext.Current.CancellationToken);
        var (_, first) = await shops.PayAsync();
        var (_, second) = await shops.PayAsync();
        await Condition.HoldsAsync("both are consumed", () => consumed.Contains($"shop-b {first}") && consumed.Contains($"shop-b {second}"));
        Assert.All(consumed, c => Assert.StartsWith("shop-b ", c, StringComparison.Ordinal));
        await using var connection = await new ConnectionFactory { Uri = new(shops.AddressOfB) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await Condition.HoldsAsync("the one that failed is kept", async () =>
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
            try
            {
                return await channel.MessageCountAsync($"{shops.B}_error") == 1;
            }
            catch (OperationInterruptedException)
            {
                // MassTransit makes the queue when it first needs it.
                return false;
            }
        });
        await bus.StopAsync(TestContext.Current.CancellationToken);
    }
}
