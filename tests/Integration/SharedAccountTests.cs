using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>An installation set up as docs/orders.md says for several shops behind one KKiaPay account.</summary>
public sealed class ShopsOnOneAccount(Services services) : Installation(services)
{
    protected override IReadOnlyList<string> Settings => ["--Orders:Unannounced=Flag"];
}

/// <summary>One merchant for the account, an order id that begins with the shop's prefix, every order announced: what a buyer writes decides nothing.</summary>
public class SharedAccountTests(ShopsOnOneAccount system) : IClassFixture<ShopsOnOneAccount>
{
    [Fact]
    public async Task Each_shop_is_paid_what_it_announced()
    {
        await AnnounceAsync("books-1", 5000);
        await AnnounceAsync("shoes-1", 9000);
        var (book, shoes) = (await PayAsync("books-1", 5000), await PayAsync("shoes-1", 9000));
        Assert.Equal("books-1", (await system.Outcomes.WaitForAsync(book)).Text("orderId"));
        Assert.Equal("shoes-1", (await system.Outcomes.WaitForAsync(shoes)).Text("orderId"));
    }

    [Fact]
    public async Task A_payment_that_the_buyer_made_name_the_other_shops_order_is_flagged_unless_it_pays_exactly_that()
    {
        await AnnounceAsync("books-2", 5000);
        await AnnounceAsync("shoes-2", 9000);

        var cheap = await PayAsync("shoes-2", 5000);
        Assert.Equal("AmountMismatch", (await system.Outcomes.WaitForAsync(cheap, "OrderPaymentFlagged")).Text("reason"));

        // Whoever pays the due of an order has paid that order.
        var full = await PayAsync("shoes-2", 9000);
        var paid = await system.Outcomes.WaitForAsync(full);
        Assert.Equal(("shoes-2", 9000L), (paid.Text("orderId"), paid.Amount));
    }

    [Theory]
    [InlineData("shoes-3", "Unannounced")]
    [InlineData("BOOKS-3", "OrderMismatch")]
    [InlineData("bo\u200Boks-3", "Unannounced")]
    public async Task A_payment_that_the_buyer_made_name_an_order_which_no_shop_announced_is_flagged(string order, string reason)
    {
        await AnnounceAsync("books-3", 5000);
        Assert.Equal(reason, (await system.Outcomes.WaitForAsync(await PayAsync(order, 5000), "OrderPaymentFlagged")).Text("reason"));
    }

    private async Task<string> PayAsync(string order, long amount)
    {
        var id = await system.Provider.PayAsync(new { amount, stateData = new { orderId = order } });
        await system.NotifyAsync(id, amount: amount, order: order);
        return id;
    }

    private async Task AnnounceAsync(string order, long amount) =>
        Assert.Null((await system.Get<OrderAnnouncements>().AnnounceAsync(new ExpectPayment { OrderId = order, Amount = amount }, null, null, default)).Problem);
}
