using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Processor.Following;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Tests.Unit.Processor;

/// <summary>Many payments that name one order are said once in the log, and in health while it lasts.</summary>
public class ConstantReferencesTests
{
    private static readonly RepeatedOrder Constant = new("shop", "my-shop", 4);

    [Fact]
    public async Task An_order_that_many_payments_name_is_said_once_and_shown_until_it_is_none()
    {
        var log = new Heard();
        var references = new ConstantReferences(log);
        Assert.Equal(HealthStatus.Healthy, (await references.CheckHealthAsync(new())).Status);

        references.Found([Constant]);
        references.Found([Constant with { Payments = 9 }]);
        var line = Assert.Single(log.Lines);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Equal(
            "4 payments of merchant shop in review name the order 'my-shop'. If the shop sends this with every payment (often as the widget's partnerId), have its checkout send data: {orderId}, or set Kkiapay__Merchants__shop__Orders__ReferencePlaces__0 to the place that holds order ids, for example stateData.orderId",
            line.Text);
        var health = await references.CheckHealthAsync(new());
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.StartsWith("9 payments in review name this order.", Assert.Single(health.Data, d => d.Key == "shop/my-shop").Value.ToString(), StringComparison.Ordinal);

        references.Found([]);
        Assert.Equal(HealthStatus.Healthy, (await references.CheckHealthAsync(new())).Status);
        references.Found([Constant]);
        Assert.Equal(2, log.Lines.Count);
    }

    [Fact]
    public void Each_merchant_and_each_order_is_said_by_itself()
    {
        var log = new Heard();
        var references = new ConstantReferences(log);
        references.Found([Constant, Constant with { Merchant = "other" }]);
        references.Found([Constant, Constant with { Merchant = "other" }, Constant with { OrderId = "test" }]);
        Assert.Equal(3, log.Lines.Count);
    }

    private sealed class Heard : ILogger<ConstantReferences>
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception)));
    }
}
