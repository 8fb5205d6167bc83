using KkiaEvents.Processor.Settling;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Abstractions;

namespace KkiaEvents.Tests.Unit.Processor;

/// <summary>Who is asked about while merchants' keys change.</summary>
public class SharedAccountsTests
{
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().Add(new MemoryConfigurationSource()).Build();
    private readonly SharedAccounts _accounts;

    public SharedAccountsTests()
    {
        Set("a", "PrivateKey", "tpk_a");
        Set("b", "PrivateKey", "tpk_b");
        _accounts = new(_configuration, NullLogger<SharedAccounts>.Instance);
    }

    [Fact]
    public void The_one_who_came_later_waits_and_the_first_goes_on()
    {
        Change("c", "PrivateKey", " tpk_a ");
        Assert.Equal(["c"], Waiting());
        Change("d", "PrivateKey", "tpk_a");
        Assert.Equal(["c", "d"], Waiting());
        Change("c", "PrivateKey", "tpk_c");
        Assert.Equal(["d"], Waiting());
        Change("d", "PrivateKey", null);
        Assert.Empty(Waiting());
    }

    [Theory]
    [InlineData("PublicKey")]
    [InlineData("SecretKey")]
    public void Any_key_of_the_account_tells(string setting)
    {
        Change("a", setting, "value");
        Assert.Empty(Waiting());
        Change("b", setting, "value");
        Assert.Equal(["b"], Waiting());
        Assert.Contains($"Kkiapay__Merchants__b__{setting}", _accounts.ProblemOf("b"), StringComparison.Ordinal);
        Assert.Contains($"Kkiapay__Merchants__a__{setting}", _accounts.ProblemOf("b"), StringComparison.Ordinal);
        Assert.DoesNotContain("value", _accounts.ProblemOf("b"), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_wait_where_both_came_at_once()
    {
        Set("c", "PrivateKey", "tpk_new");
        Change("d", "PrivateKey", "tpk_new");
        Assert.Equal(["c", "d"], Waiting());
        // Another change of anything makes neither of them the first.
        Change("e", "PrivateKey", "tpk_e");
        Assert.Equal(["c", "d"], Waiting());
    }

    [Fact]
    public void Keys_that_are_swapped_one_file_after_the_other_end_well()
    {
        Change("a", "PrivateKey", "tpk_b");
        Assert.Equal(["a"], Waiting());
        Change("b", "PrivateKey", "tpk_a");
        Assert.Empty(Waiting());
    }

    private IEnumerable<string> Waiting() => _configuration.GetSection("Kkiapay:Merchants").GetChildren().Select(m => m.Key).Order(StringComparer.Ordinal).Where(m => _accounts.ProblemOf(m) is not null);

    private void Set(string merchant, string setting, string? value) => _configuration[$"Kkiapay:Merchants:{merchant}:{setting}"] = value;

    private void Change(string merchant, string setting, string? value)
    {
        Set(merchant, setting, value);
        _configuration.Reload();
        _accounts.Judge();
    }
}
