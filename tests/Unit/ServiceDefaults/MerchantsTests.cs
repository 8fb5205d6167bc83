using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Configuration;

namespace KkiaEvents.Tests.Unit.ServiceDefaults;

public sealed class MerchantsTests : IDisposable
{
    private readonly Files _files = new();
    private readonly ConfigurationRoot _configuration;
    private readonly Merchants _merchants;

    public MerchantsTests()
    {
        Write("shop-a", "secret-a");
        _configuration = new([_files]);
        _merchants = new(_configuration);
    }

    [Fact]
    public void The_address_without_a_name_stays_its_merchants_when_another_is_added()
    {
        Assert.Equal("shop-a", _merchants.DefaultMerchant);
        Write("shop-b", "secret-b");
        _configuration.Reload();
        Assert.Equal(["shop-a", "shop-b"], _merchants.Names.Order());
        Assert.Equal("shop-a", _merchants.DefaultMerchant);

        Write("shop-a", null);
        _configuration.Reload();
        Assert.Equal("shop-b", _merchants.DefaultMerchant);
    }

    [Fact]
    public void The_address_without_a_name_is_the_merchants_that_is_called_default()
    {
        Write("shop-b", "secret-b");
        Write("default", "secret-c");
        _configuration.Reload();
        Assert.Equal("default", _merchants.DefaultMerchant);
        Write("default", null);
        _configuration.Reload();
        Assert.Null(_merchants.DefaultMerchant);
    }

    [Fact]
    public void A_secret_is_rotated_and_files_that_name_nobody_for_a_moment_take_no_merchant_away()
    {
        Write("shop-a", "secret-2");
        _configuration.Reload();
        Assert.Equal(["secret-2"], _merchants.WebhookSecretsOf("shop-a"));
        Write("shop-a", null);
        _configuration.Reload();
        Assert.Equal(["secret-2"], _merchants.WebhookSecretsOf("shop-a"));
    }

    [Fact]
    public void A_secret_that_is_changed_while_running_counts_without_what_an_editor_left_around_it()
    {
        Write("shop-a", "secret-2\r\n");
        _configuration.Reload();
        Assert.Equal(["secret-2"], _merchants.WebhookSecretsOf("shop-a"));
        var (key, problem) = Assert.Single(_merchants.WrongWebhookSecrets());
        Assert.Equal("Kkiapay__Merchants__shop-a__WebhookSecrets__0", key);
        Assert.DoesNotContain("secret-2", problem);
    }

    [Fact]
    public void While_a_changed_secret_can_match_nothing_the_one_before_counts_too()
    {
        Write("shop-a", "cl\ufffd");
        _configuration.Reload();
        Assert.Contains("secret-a", _merchants.WebhookSecretsOf("shop-a")!);
        Write("shop-a", "clé");
        _configuration.Reload();
        Assert.Equal(["clé"], _merchants.WebhookSecretsOf("shop-a"));
        Assert.Empty(_merchants.WrongWebhookSecrets());
    }

    public void Dispose()
    {
        _merchants.Dispose();
        _configuration.Dispose();
    }

    private void Write(string merchant, string? secret) => _files.Write($"Kkiapay:Merchants:{merchant}:WebhookSecrets:0", secret);

    private sealed class Files : ConfigurationProvider
    {
        public void Write(string key, string? value)
        {
            if (value is null)
                Data.Remove(key);
            else
                Data[key] = value;
        }
    }
}
