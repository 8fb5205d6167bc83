using KkiaEvents.Processor;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Configuration;

namespace KkiaEvents.Tests.Unit.Processor;

public class ProcessorOptionsTests
{
    [Fact]
    public void Two_merchants_of_one_account_are_refused_since_one_payment_would_pay_for_both()
    {
        var wrong = Assert.Throws<ConfigurationProblemException>(() => Read(("shop-a", "tpk_1"), ("shop-b", "tpk_2"), ("shop-c", "tpk_1")));
        var problem = Assert.Single(wrong.Problems);
        Assert.Equal("Kkiapay__Merchants__shop-c__PrivateKey", problem.Key);
        Assert.Contains("merchant 'shop-a' too", problem.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("tpk_1", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merchants_with_accounts_of_their_own_are_taken() => Assert.NotNull(Read(("shop-a", "tpk_1"), ("shop-b", "tpk_2")));

    private static ProcessorOptions Read(params (string Merchant, string Key)[] merchants) => ProcessorOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("ConnectionStrings:RabbitMq", "amqp://localhost/"), new("ConnectionStrings:Ledger", "Host=localhost"),
            .. merchants.Select(m => KeyValuePair.Create<string, string?>($"Kkiapay:Merchants:{m.Merchant}:PrivateKey", m.Key)),
        ]).Build());
}
