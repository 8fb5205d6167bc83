using KkiaEvents.Processor.Settling;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Tests.Unit.Processor;

/// <summary>Settings of a test world, and keys in clear, are said loudly; they stop no start.</summary>
public class MerchantCautionsTests
{
    private const string Shop = "Kkiapay:Merchants:shop:";

    [Theory]
    [InlineData("ApiBaseUrl", "http://proxy.example/v1", "ApiBaseUrl", "travel in clear")]
    [InlineData("Environment", "Sandbox", "Environment", "hands goods over for nothing")]
    [InlineData("Environment", "sandbox", "Environment", "hands goods over for nothing")]
    [InlineData("PrivateKey", "tpk_0123", "PrivateKey", "sandbox key")]
    [InlineData("SecretKey", "tsk_0123", "SecretKey", "sandbox key")]
    public async Task A_setting_that_is_not_for_real_payments_is_said_at_the_start_and_in_health(string setting, string value, string named, string said)
    {
        var (log, health) = await StartAsync(new() { [Shop + "PrivateKey"] = "pk_live", [Shop + setting] = value });
        var line = Assert.Single(log.Lines);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.StartsWith($"Kkiapay__Merchants__shop__{named} ", line.Text, StringComparison.Ordinal);
        Assert.Contains(said, line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("0123", line.Text, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains(said, Assert.Single(health.Data).Value.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://proxy.example/v1", "Production")]
    [InlineData("http://127.0.0.1:8443", "Production")]
    [InlineData("http://localhost:8443", null)]
    [InlineData(null, null)]
    public async Task Settings_for_real_payments_are_nothing_to_talk_about(string? url, string? environment)
    {
        var (log, health) = await StartAsync(new() { [Shop + "PrivateKey"] = "pk_live", [Shop + "ApiBaseUrl"] = url, [Shop + "Environment"] = environment });
        Assert.Empty(log.Lines);
        Assert.Equal(HealthStatus.Healthy, health.Status);
    }

    [Fact]
    public async Task A_change_while_running_is_said_and_what_was_said_is_not_repeated()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [Shop + "PrivateKey"] = "pk_live", [Shop + "Environment"] = "Sandbox" }).Build();
        using var merchants = new Merchants(configuration);
        var log = new Heard();
        using var cautions = new MerchantCautions(configuration, merchants, log);
        await cautions.StartAsync(default);
        configuration.Reload();
        Assert.Single(log.Lines);
        configuration[Shop + "ApiBaseUrl"] = "http://proxy.example";
        configuration.Reload();
        Assert.Equal(2, log.Lines.Count);
        configuration[Shop + "ApiBaseUrl"] = configuration[Shop + "Environment"] = null;
        configuration.Reload();
        Assert.Equal(HealthStatus.Healthy, (await cautions.CheckHealthAsync(new())).Status);
    }

    private static async Task<(Heard Log, HealthCheckResult Health)> StartAsync(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var merchants = new Merchants(configuration);
        var log = new Heard();
        using var cautions = new MerchantCautions(configuration, merchants, log);
        await cautions.StartAsync(default);
        return (log, await cautions.CheckHealthAsync(new()));
    }

    private sealed class Heard : ILogger<MerchantCautions>
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception)));
    }
}
