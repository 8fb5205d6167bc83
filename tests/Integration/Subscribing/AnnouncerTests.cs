using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Tests.Integration.Infrastructure;
using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Tests.Integration.Subscribing;

/// <summary>Who is believed about what an order is due, where several merchants share an installation.</summary>
public class AnnouncerTests(ShopsWithServices shops) : IClassFixture<ShopsWithServices>
{
    private const string Shared = "KkiaEvents.Contracts:ExpectPayment";

    [Fact]
    public async Task An_announcement_counts_for_a_merchant_only_from_its_own_user_and_a_refused_one_is_answered()
    {
        await using var shopA = await BrokerUsers.SubscribeAsync(shops.AddressOfA, shops.A);
        await using var everything = await HearRefusalsAsync();
        var (mine, theirs, nobodys) = (NewOrder(), NewOrder(), NewOrder());

        shops.System.Write("shop-a", "Announcers__0", "somebody-else");
        // Until the setting is read, the one who is believed is the user of the merchant's name, or an earlier test's.
        var (id, refused) = (Guid.Empty, default(JsonElement));
        await Condition.HoldsAsync("shop-a believes somebody else, and the refusal says how to add a second", async () =>
        {
            var tried = NewOrder();
            id = await BrokerUsers.AnnounceAsync(shops.AddressOfA, Shared, new { merchant = "shop-a", orderId = tried, amount = 5000 }, shops.A);
            await Condition.HoldsAsync("it is answered or announced", async () => shopA.Messages.Any(m => m.GetProperty("orderId").GetString() == tried) || await AnnouncedAsync("shop-a", tried));
            if (await AnnouncedAsync("shop-a", tried))
                return false;
            refused = await shopA.WaitForAsync("ExpectPaymentRefused", tried);
            return refused.GetProperty("reason").GetString()!.Contains("Kkiapay__Merchants__shop-a__Announcers__1", StringComparison.Ordinal);
        });
        Assert.Equal((id, "shop-a", 5000), (refused.GetProperty("eventId").GetGuid(), refused.GetProperty("merchant").GetString(), refused.GetProperty("amount").GetInt64()));

        shops.System.Write("shop-a", "Announcers__0", shops.A);
        await Condition.HoldsAsync("shop-a's announcer is believed", async () =>
        {
            await BrokerUsers.AnnounceAsync(shops.AddressOfA, Shared, new { merchant = "shop-a", orderId = mine, amount = 5000 }, shops.A);
            return await AnnouncedAsync("shop-a", mine);
        });

        // For another merchant, and without a word of who says it, it is not.
        await BrokerUsers.AnnounceAsync(shops.AddressOfA, Shared, new { merchant = "shop-b", orderId = theirs, amount = 1 }, shops.A);
        await everything.WaitForAsync("ExpectPaymentRefused", theirs);
        await BrokerUsers.AnnounceAsync(shops.AddressOfA, Shared, new { merchant = "shop-a", orderId = nobodys, amount = 1 }, null);
        Assert.Contains("user-id", (await everything.WaitForAsync("ExpectPaymentRefused", nobodys)).GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.False(await AnnouncedAsync("shop-b", theirs));
        Assert.False(await AnnouncedAsync("shop-a", nobodys));
        Assert.DoesNotContain(shopA.Messages, m => m.GetProperty("merchant").GetString() != "shop-a");
    }

    [Fact]
    public async Task Nobody_can_announce_under_anothers_name()
    {
        var problem = await Assert.ThrowsAnyAsync<Exception>(() =>
            BrokerUsers.AnnounceAsync(shops.AddressOfA, Shared, new { merchant = "shop-b", orderId = NewOrder(), amount = 1 }, "shop-b"));
        Assert.Contains("user_id property set to 'shop-b' but authenticated user was", problem.ToString(), StringComparison.Ordinal);
        Assert.False(problem is BrokerUnreachableException);
    }

    [Fact]
    public async Task Where_several_merchants_are_and_none_names_its_announcers_the_user_of_the_merchants_name_is_believed()
    {
        var address = await BrokerUsers.MakeAsync(shops.System, "shop-b", "--merchant", "shop-b", "--queue", $"announcing-{Guid.NewGuid():n}", "--announce", "--replace");
        var order = NewOrder();
        await BrokerUsers.AnnounceAsync(address, Shared, new { merchant = "shop-b", orderId = order, amount = 7000 }, "shop-b");
        await Condition.HoldsAsync("it is believed", () => AnnouncedAsync("shop-b", order));
    }

    [Fact]
    public async Task A_name_that_is_no_merchants_becomes_no_routing_key()
    {
        await using var everything = await HearRefusalsAsync();
        var (hostile, unknown) = (NewOrder(), NewOrder());
        await BrokerUsers.AnnounceAsync(shops.AddressOfA, Shared, new { merchant = "shop-b.OrderPaid", orderId = hostile, amount = 1 }, shops.A);
        await BrokerUsers.AnnounceAsync(shops.AddressOfA, Shared, new { merchant = "nobody", orderId = unknown, amount = 1 }, shops.A);
        await everything.WaitForAsync("ExpectPaymentRefused", unknown);
        Assert.DoesNotContain(everything.Messages, m => m.GetProperty("orderId").GetString() == hostile);
    }

    [Fact]
    public async Task A_merchants_service_announces_with_MassTransit_over_an_exchange_of_its_own()
    {
        shops.System.Write("shop-a", "Announcers__0", shops.A);
        var order = NewOrder();
        var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(shops.AddressOfA));
            rabbit.Message<ExpectPayment>(message => message.SetEntityName($"{shops.A}-announcements"));
        });
        await bus.StartAsync(TestContext.Current.CancellationToken);
        await Condition.HoldsAsync("it is believed", async () =>
        {
            await bus.Publish(new ExpectPayment { Merchant = "shop-a", OrderId = order, Amount = 9000 }, context =>
            {
                context.GetPayload<RabbitMqSendContext>().BasicProperties.UserId = shops.A;
                context.GetPayload<RabbitMqSendContext>().Mandatory = true;
            });
            return await AnnouncedAsync("shop-a", order);
        });
        await bus.StopAsync(TestContext.Current.CancellationToken);
    }

    private static string NewOrder() => $"order-{Guid.NewGuid():n}";

    private async Task<bool> AnnouncedAsync(string merchant, string order) =>
        await shops.System.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where type = 'order_announced' and data->>'orderId' = '{order}' and stream_id like '%{merchant}%'") > 0;

    private async Task<HeardMessages> HearRefusalsAsync()
    {
        var connection = await new ConnectionFactory { Uri = new(shops.System.AmqpUri) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, "KkiaEvents.Contracts:ExpectPaymentRefused", "");
        return await HeardMessages.ConsumeAsync(connection, channel, queue);
    }
}
