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

    [Theory]
    [InlineData("PrivateKey", "tpk_1", " tpk_1\n")]
    [InlineData("PublicKey", "pk_1", "pk_1 ")]
    [InlineData("SecretKey", "tsk_1", "tsk_1")]
    public void Any_key_of_an_account_tells_that_it_is_shared(string setting, string one, string other)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:RabbitMq"] = "amqp://localhost/", ["ConnectionStrings:Ledger"] = "Host=localhost",
            ["Kkiapay:Merchants:shop-a:PrivateKey"] = "tpk_a", ["Kkiapay:Merchants:shop-b:PrivateKey"] = "tpk_b",
            [$"Kkiapay:Merchants:shop-a:{setting}"] = one,
        };
        settings[$"Kkiapay:Merchants:shop-b:{setting}"] = other;
        var wrong = Assert.Throws<ConfigurationProblemException>(() => ProcessorOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()));
        Assert.Contains(wrong.Problems, p => p.Key == $"Kkiapay__Merchants__shop-b__{setting}" && p.Problem.Contains("merchant 'shop-a' too", StringComparison.Ordinal));
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
