using KkiaEvents.Kkiapay;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class KkiapayRegistrationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_merchant_has_keys_of_its_own()
    {
        var provider = new Provider(_ => Provider.Complete());
        var services = new ServiceCollection();
        services.AddKkiapay("shop-a", o => o.PrivateKey = "key-a");
        services.AddKkiapay("shop-b", o => o.PrivateKey = "key-b");
        provider.AttachTo(services);
        await using var built = services.BuildServiceProvider();
        var factory = built.GetRequiredService<IKkiapayClientFactory>();

        await factory.GetClient("shop-a").VerifyAsync(Provider.Id, Stop);
        await factory.GetClient("shop-b").VerifyAsync(Provider.Id, Stop);
        await built.GetRequiredKeyedService<IKkiapayClient>("shop-a").VerifyAsync(Provider.Id, Stop);

        Assert.Equal(["key-a", "key-b", "key-a"], provider.Requests.Select(r => r.Headers["x-private-key"]));
    }

    [Fact]
    public async Task A_client_of_many_merchants_asks_as_often_as_a_client_of_one()
    {
        // A pipeline that was added once for each merchant would multiply the retries.
        var clock = new ImpatientClock();
        var provider = new Provider(_ => Provider.Status(503));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        foreach (var name in new[] { "a", "b", "c" })
            services.AddKkiapay(name, o => o.PrivateKey = "key");
        provider.AttachTo(services);
        await using var built = services.BuildServiceProvider();

        await Assert.ThrowsAsync<KkiapayUnavailableException>(
            () => clock.Until(built.GetRequiredService<IKkiapayClientFactory>().GetClient("b").VerifyAsync(Provider.Id, Stop)));

        Assert.Equal(3, provider.Requests.Count);
    }

    [Fact]
    public async Task A_key_that_changes_in_the_configuration_counts_from_the_next_call()
    {
        var provider = new Provider(_ => Provider.Complete());
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Kkiapay:Merchants:default:PrivateKey", "old")]).Build();
        var services = new ServiceCollection();
        services.AddKkiapay("default", configuration.GetSection("Kkiapay:Merchants:default"));
        provider.AttachTo(services);
        await using var built = services.BuildServiceProvider();
        var client = built.GetRequiredService<IKkiapayClient>();

        await client.VerifyAsync(Provider.Id, Stop);
        configuration["Kkiapay:Merchants:default:PrivateKey"] = "new";
        configuration["Kkiapay:Merchants:default:ApiBaseUrl"] = "http://localhost:1/v1";
        configuration.Reload();
        await client.VerifyAsync(Provider.Id, Stop);

        Assert.Equal(["old", "new"], provider.Requests.Select(r => r.Headers["x-private-key"]));
        Assert.Equal($"http://localhost:1/v1/transactions/{Provider.Id}", provider.Requests.Last().Address);
    }

    [Theory]
    [InlineData("Environment", "1")]
    [InlineData("Environment", "Sandbox,Production")]
    [InlineData("Dialect", "0")]
    [InlineData("Dialect", "Auto, Rest")]
    public void A_word_of_the_configuration_is_a_name_and_nothing_else(string setting, string text)
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("Kkiapay:Merchants:default:PrivateKey", "key"), new($"Kkiapay:Merchants:default:{setting}", text)])
            .Build().GetSection("Kkiapay:Merchants:default");
        using var built = new ServiceCollection().AddKkiapay("default", section).BuildServiceProvider();
        var wrong = Assert.Throws<OptionsValidationException>(() => built.GetRequiredService<IOptionsMonitor<KkiapayOptions>>().Get("default"));
        Assert.Contains(setting, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merchant_that_is_added_while_running_is_known_without_a_restart()
    {
        var provider = new Provider(_ => Provider.Complete());
        var later = new Later();
        var services = new ServiceCollection();
        services.AddKkiapay(o => o.PrivateKey = "key");
        services.AddSingleton<IConfigureOptions<KkiapayOptions>>(later);
        provider.AttachTo(services);
        await using var built = services.BuildServiceProvider();
        var factory = built.GetRequiredService<IKkiapayClientFactory>();
        Assert.Throws<InvalidOperationException>(() => factory.GetClient("late"));

        later.PrivateKey = "late-key";
        await factory.GetClient("late").VerifyAsync(Provider.Id, Stop);

        Assert.Equal("late-key", provider.Requests.Single().Headers["x-private-key"]);
    }

    [Fact]
    public async Task All_settings_are_bound_from_a_section()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("M:PublicKey", "pub"), new("M:PrivateKey", "priv"), new("M:SecretKey", "sec"), new("M:Environment", "sandbox"),
            new("M:Dialect", "rest"), new("M:ApiBaseUrl", "http://localhost:5080/v1"), new("M:AttemptTimeout", "00:00:03"),
            new("M:TotalTimeout", "00:00:09"), new("M:Retries", "4"), new("M:WebhookSecrets:0", "not ours"),
        ]).Build();
        var services = new ServiceCollection();
        services.AddKkiapay("m", configuration.GetSection("M"));
        await using var built = services.BuildServiceProvider();

        Assert.Equal(
            new KkiapayOptions
            {
                PublicKey = "pub", PrivateKey = "priv", SecretKey = "sec", Environment = KkiapayEnvironment.Sandbox,
                Dialect = KkiapayDialect.Rest, ApiBaseUrl = new Uri("http://localhost:5080/v1"), AttemptTimeout = TimeSpan.FromSeconds(3),
                TotalTimeout = TimeSpan.FromSeconds(9), Retries = 4,
            },
            built.GetRequiredService<IOptionsMonitor<KkiapayOptions>>().Get("m"));
    }

    [Theory]
    [InlineData("PrivateKey", null)]
    [InlineData("PrivateKey", "")]
    [InlineData("PrivateKey", "with space")]
    [InlineData("PrivateKey", "key\n")]
    [InlineData("PrivateKey", "clé")]
    [InlineData("PublicKey", "a\tb", "Dialect", "Sdk")]
    [InlineData("PublicKey", null, "Dialect", "Sdk")]
    [InlineData("SecretKey", null, "Dialect", "Sdk")]
    [InlineData("Environment", "7")]
    [InlineData("Dialect", "9")]
    [InlineData("ApiBaseUrl", "/v1")]
    [InlineData("ApiBaseUrl", "ftp://localhost/v1")]
    [InlineData("ApiBaseUrl", "http://user:pass@localhost/v1")]
    [InlineData("ApiBaseUrl", "http://localhost/v1?x=1")]
    [InlineData("ApiBaseUrl", "http://localhost/v1#x")]
    [InlineData("AttemptTimeout", "00:00:00.5")]
    [InlineData("AttemptTimeout", "00:03:00", "TotalTimeout", "00:05:00")]
    [InlineData("TotalTimeout", "00:00:01")]
    [InlineData("TotalTimeout", "02:00:00")]
    [InlineData("Retries", "-1")]
    [InlineData("Retries", "11")]
    public async Task A_wrong_setting_stops_the_start_and_is_named_with_an_example(
        string key, string? value, string? otherKey = null, string? otherValue = null)
    {
        var settings = new Dictionary<string, string?>
        {
            ["PublicKey"] = "pub", ["PrivateKey"] = "priv", ["SecretKey"] = "sec", [key] = value,
        };
        if (otherKey is not null)
            settings[otherKey] = otherValue;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>($"Kkiapay:Merchants:shop-a:{s.Key}", s.Value)));
        builder.Services.AddKkiapay("shop-a", builder.Configuration.GetSection("Kkiapay:Merchants:shop-a"));
        using var host = builder.Build();

        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Stop));

        var problem = Assert.Single(e.Failures);
        Assert.StartsWith($"Kkiapay__Merchants__shop-a__{key} ", problem, StringComparison.Ordinal);
        Assert.Contains($"Example: Kkiapay__Merchants__shop-a__{key}=", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", problem, StringComparison.Ordinal);
        if (key.EndsWith("Key", StringComparison.Ordinal) && !string.IsNullOrEmpty(value))
            Assert.DoesNotContain(value, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_used_alone_names_the_property_and_the_merchant()
    {
        using var services = new ServiceCollection().AddKkiapay(_ => { }).BuildServiceProvider();

        var e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IKkiapayClient>());

        Assert.Contains("KkiapayOptions.PrivateKey of merchant 'default'", e.Message, StringComparison.Ordinal);
        Assert.Contains("Kkiapay__Merchants__default__PrivateKey=", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_elsewhere_is_named_where_it_is()
    {
        var section = new ConfigurationBuilder().Build().GetSection("Payments:Kkiapay");
        using var services = new ServiceCollection().AddKkiapay("default", section).BuildServiceProvider();

        var e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IKkiapayClient>());

        Assert.Contains("Payments__Kkiapay__PrivateKey=", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_merchant_that_nobody_registered_is_told_by_name()
    {
        using var services = new ServiceCollection().AddKkiapay("shop-a", o => o.PrivateKey = "key").BuildServiceProvider();

        var e = Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<IKkiapayClientFactory>().GetClient("shop-b"));
        Assert.Contains("'shop-b'", e.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<IKkiapayClient>());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void A_merchant_needs_a_name(string name) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddKkiapay(name, _ => { }));

    private sealed class Later : IConfigureNamedOptions<KkiapayOptions>
    {
        public string? PrivateKey { get; set; }

        public void Configure(KkiapayOptions options) => Configure(null, options);

        public void Configure(string? name, KkiapayOptions options)
        {
            if (name == "late")
                options.PrivateKey = PrivateKey;
        }
    }
}
