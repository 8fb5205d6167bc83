using System.Text.Json;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>The commands of <c>kkia</c> for trying things out: payments of the stand-in, and what happens on the bus.</summary>
public class KkiaTriesTests(Operators system) : IClassFixture<Operators>
{
    [Fact]
    public async Task What_is_triggered_is_a_payment_of_the_Sandbox_with_what_was_set()
    {
        var made = await TriggerAsync("success", "--set", "amount=12500", "--set", "stateData.orderId=order-1042", "--json");
        Assert.True(made.Code == 0, made.Error);
        var payment = JsonDocument.Parse(made.Output).RootElement;
        Assert.Equal(12500, payment.GetProperty("amount").GetInt64());
        var id = payment.GetProperty("transactionId").GetString()!;

        await system.NotifyAsync(id, amount: 12500, order: "order-1042");
        var paid = await system.Outcomes.WaitForAsync(id);

        Assert.Equal("OrderPaid", paid.Type);
        Assert.Equal("order-1042", paid.Text("orderId"));
    }

    [Fact]
    public async Task What_the_Sandbox_refuses_is_told_in_its_words()
    {
        var refused = await TriggerAsync("success", "--set", "amount=-1");
        Assert.Equal(1, refused.Code);
        Assert.StartsWith("The Sandbox refuses (400): ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("amount", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("{", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_listens_hears_an_outcome_as_it_happens()
    {
        var listening = system.KkiaAsync("listen", "--type", "OrderPaid", "--count", "1", "--json");
        var paid = new List<string>();
        // What happens before it listens, it never hears.
        await Condition.HoldsAsync("it heard one", async () =>
        {
            var id = await system.Provider.PayAsync(new { amount = 5000 });
            paid.Add(id);
            await system.NotifyAsync(id);
            await system.Outcomes.WaitForAsync(id);
            return listening.IsCompleted;
        });
        var heard = await listening;
        Assert.True(heard.Code == 0, heard.Error);
        var outcome = JsonDocument.Parse(heard.Output).RootElement;
        Assert.Equal("OrderPaid", outcome.GetProperty("type").GetString());
        Assert.Contains(outcome.GetProperty("message").GetProperty("transactionId").GetString()!, paid);
    }

    private Task<KkiaRun> TriggerAsync(params string[] args) => system.KkiaAsync(["trigger", .. args, "--sandbox", system.Provider.Address.ToString()]);
}
