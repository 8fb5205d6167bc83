using System.Globalization;
using KkiaEvents.Ledger.Circuits;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KkiaEvents.Processor.Pacing;

/// <summary>KKiaPay's trouble is no reason to stop sending webhooks here: degraded, never unhealthy.</summary>
internal sealed class CircuitHealth(ProviderGate gate) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var troubled = gate.All.Where(c => c.State != CircuitState.Closed).ToList();
        return Task.FromResult(troubled.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(
            "KKiaPay is not asked freely: payments wait and are settled later.",
            data: troubled.ToDictionary(c => c.Merchant, object (c) => Describe(c))));
    }

    private static string Describe(ProviderCircuit circuit) => circuit.State switch
    {
        CircuitState.Open => string.Create(CultureInfo.InvariantCulture, $"open until {circuit.Until:O} ({circuit.Reason})"),
        CircuitState.Probing => $"asked one question ({circuit.Reason})",
        _ => string.Create(CultureInfo.InvariantCulture, $"recovering at {circuit.Rate:0.#} questions a second ({circuit.Reason})"),
    };
}
