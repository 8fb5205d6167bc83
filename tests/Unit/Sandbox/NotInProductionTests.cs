using KkiaEvents.Sandbox;

namespace KkiaEvents.Tests.Unit.Sandbox;

/// <summary>A stand-in that confirms any payment must not run where payments are real.</summary>
public class NotInProductionTests
{
    [Theory]
    [InlineData("--environment=Production", "DOTNET_ENVIRONMENT")]
    [InlineData("--environment=production", "DOTNET_ENVIRONMENT")]
    [InlineData("--Kkiapay:Merchants:shop:Environment=Production", "Kkiapay__Merchants__shop__Environment")]
    [InlineData("--Kkiapay:Merchants:shop:PrivateKey=pk_live", "Kkiapay__Merchants__shop__PrivateKey")]
    public async Task Beside_a_setting_of_production_it_does_not_start_and_ends_with_78(string setting, string named)
    {
        var refused = Assert.Throws<SandboxRefusedException>(() => SandboxApp.Build([setting]));
        Assert.StartsWith(named, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pk_live", refused.Message, StringComparison.Ordinal);

        var program = typeof(SandboxApp).Assembly.EntryPoint!;
        Assert.Equal(78, await Task.Run(() => (int)program.Invoke(null, [new[] { setting, "--urls=http://127.0.0.1:0" }])!, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--environment=Development")]
    [InlineData("--Sandbox:Merchants:default:PrivateKey=sk")]
    [InlineData("--Kkiapay:Merchants:shop:WebhookSecrets:0=whsec")]
    public async Task Elsewhere_it_starts(string setting)
    {
        await using var app = SandboxApp.Build([setting, "--urls=http://127.0.0.1:0"]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        Assert.Single(app.Urls);
    }

    [Fact]
    public async Task Beside_the_settings_of_a_trial_it_starts()
    {
        await using var app = SandboxApp.Build(["--Kkiapay:Merchants:default:PrivateKey=sk", "--Kkiapay:Merchants:default:Environment=Sandbox", "--urls=http://127.0.0.1:0"]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        Assert.Single(app.Urls);
    }
}
