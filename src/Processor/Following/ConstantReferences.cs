using KkiaEvents.Ledger.Auditing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KkiaEvents.Processor.Following;

/// <summary>
/// Says that many payments name one order: most likely a constant that the shop sends where an order id belongs. Logged once
/// for each, and shown in health while it lasts: degraded, never unhealthy.
/// </summary>
internal sealed partial class ConstantReferences(ILogger<ConstantReferences> log) : IHealthCheck
{
    private IReadOnlyList<RepeatedOrder> _found = [];

    /// <summary>What was found now takes the place of what was found before.</summary>
    public void Found(IReadOnlyList<RepeatedOrder> found)
    {
        foreach (var order in found.Where(o => !_found.Any(known => (known.Merchant, known.OrderId) == (o.Merchant, o.OrderId))))
            LogConstant(order.Payments, order.Merchant, order.OrderId);
        _found = found;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var found = _found;
        return Task.FromResult(found.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(
            "Many payments name one order: a shop sends the same value with every payment.",
            data: found.ToDictionary(o => $"{o.Merchant}/{o.OrderId}", object (o) =>
                $"{o.Payments} payments in review name this order. If it is a constant, have the checkout send data: {{orderId}}, or set {SettingOf(o.Merchant)} to the place that holds order ids, for example stateData.orderId.")));
    }

    private static string SettingOf(string merchant) => $"Kkiapay__Merchants__{merchant}__Orders__ReferencePlaces__0";

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Payments} payments of merchant {Merchant} in review name the order '{Order}'. If the shop sends this with every payment (often as the widget's partnerId), have its checkout send data: {{orderId}}, or set Kkiapay__Merchants__{Merchant}__Orders__ReferencePlaces__0 to the place that holds order ids, for example stateData.orderId")]
    private partial void LogConstant(long payments, string merchant, string order);
}
