using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>Where shops, KKiaPay's plugins and its SDKs put the order, from the webhook to the outcome.</summary>
public class OrderPlaceTests(Installation system) : IClassFixture<Installation>
{
    [Theory]
    [InlineData("\"null\"")]
    [InlineData("\"undefined\"")]
    [InlineData("\"${orderId}\"")]
    [InlineData("\"AxXxXXxId\"")]
    public async Task Two_payments_that_say_the_same_placeholder_are_both_paid_and_hold_no_order(string placeholder)
    {
        // The official Flutter SDK for the web sends data.toString().
        for (var n = 0; n < 2; n++)
        {
            var paid = await system.Outcomes.WaitForAsync(await PayAsync(5000, stateData: placeholder, partnerId: placeholder));
            Assert.Null(paid.Text("orderId"));
        }
    }

    [Fact]
    public async Task The_amount_guards_an_order_where_the_WooCommerce_plugin_puts_it()
    {
        var order = $"{Random.Shared.Next(1_000_000, 9_000_000)}";
        await AnnounceAsync(order, 100_000);
        var data = $$"""{"sdk":"woocommerce","woocommerce_version":"9.1.2","order_id":{{order}},"orderer_name":"Ama K","products":"Tee [product_id: 7]  (Qty: 1)"}""";

        var flagged = await system.Outcomes.WaitForAsync(await PayAsync(100, data), "OrderPaymentFlagged");
        Assert.Equal(("AmountMismatch", order), (flagged.Text("reason"), flagged.Text("orderId")));
        Assert.Equal(order, (await system.Outcomes.WaitForAsync(await PayAsync(100_000, data))).Text("orderId"));
    }

    [Fact]
    public async Task The_amount_guards_an_order_that_was_made_a_string_again_and_again()
    {
        var data = """{"orderId":"J-7"}""";
        await AnnounceAsync("J-7", 9000);
        for (var times = 0; times < 3; times++)
        {
            var flagged = await system.Outcomes.WaitForAsync(await PayAsync(100, data), "OrderPaymentFlagged");
            Assert.Equal(("AmountMismatch", "J-7"), (flagged.Text("reason"), flagged.Text("orderId")));
            data = JsonSerializer.Serialize(data);
        }
    }

    [Theory]
    [InlineData("null", "'null' is a placeholder, not an order id: the variable that should hold the id was empty. Send the shop's own order id.")]
    [InlineData("order-${id}", "'order-${id}' is a template that was never filled in, not an order id. Send the shop's own order id.")]
    public async Task A_placeholder_is_not_announced_but_a_transaction_can_be(string placeholder, string problem)
    {
        var refused = await system.Get<OrderAnnouncements>().AnnounceAsync(new ExpectPayment { OrderId = placeholder, Amount = 5000 }, null, null, default);
        Assert.Equal((false, problem), (refused.Accepted, refused.Problem));

        var id = $"announced_{Guid.NewGuid():n}";
        Assert.True((await system.Get<OrderAnnouncements>().AnnounceAsync(new ExpectPayment { OrderId = $"of-{id}", Amount = 5000, TransactionId = id }, null, null, default)).Accepted);
        await PayAsync(5000, stateData: JsonSerializer.Serialize(placeholder), partnerId: "\"null\"", id: id);
        Assert.Equal($"of-{id}", (await system.Outcomes.WaitForAsync(id)).Text("orderId"));
    }

    private Task<string> PayAsync(long amount, string stateData, string partnerId = "\"\"", string? id = null) => PayAsync(system, amount, stateData, partnerId, id);

    /// <summary>Pays as the stand-in's API and the webhook both tell it.</summary>
    internal static async Task<string> PayAsync(Installation system, long amount, string stateData, string partnerId, string? id = null)
    {
        var (data, partner) = (JsonSerializer.Deserialize<JsonElement>(stateData), JsonSerializer.Deserialize<string>(partnerId));
        id ??= $"txn_{Guid.NewGuid():n}";
        await system.Provider.PayAsync(new { transactionId = id, amount, stateData = data, partnerId = partner });
        var body = JsonSerializer.Serialize(new { @event = "transaction.success", transactionId = id, isPaymentSucces = true, amount, partnerId = partner, stateData = data });
        await Condition.HoldsAsync($"the webhook of {id} is taken", async () =>
        {
            using var answer = await system.PostAsync(body);
            return answer.IsSuccessStatusCode;
        });
        return id;
    }

    private async Task AnnounceAsync(string order, long amount) =>
        Assert.Null((await system.Get<OrderAnnouncements>().AnnounceAsync(new ExpectPayment { OrderId = order, Amount = amount }, null, null, default)).Problem);
}

/// <summary>A shop that sends one value with every payment is told so.</summary>
public class ConstantReferenceTests(Installation system) : IClassFixture<Installation>
{
    [Fact]
    public async Task A_constant_partner_id_is_noticed_in_health()
    {
        for (var n = 0; n < 4; n++)
            await OrderPlaceTests.PayAsync(system, 5000, "{}", "\"my-shop\"");
        using var client = new HttpClient { BaseAddress = system.ProcessorAddresses[0] };
        string? said = null;
        await Condition.HoldsAsync("health says so", async () =>
            (said = await client.GetStringAsync("/health/ready")).Contains("my-shop", StringComparison.Ordinal));
        Assert.Contains("3 payments in review name this order", said, StringComparison.Ordinal);
        Assert.Contains("Kkiapay__Merchants__default__Orders__ReferencePlaces__0", said, StringComparison.Ordinal);
    }
}
