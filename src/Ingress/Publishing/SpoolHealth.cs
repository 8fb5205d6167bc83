using KkiaEvents.Ingress.Spooling;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KkiaEvents.Ingress.Publishing;

/// <summary>Unhealthy only when neither broker nor spool takes webhooks. A spool that holds some is degraded: somebody should know.</summary>
internal sealed class SpoolHealth(Spool spool, BrokerGate gate, TopologyKeeper topology) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var state = spool.State;
        var data = new Dictionary<string, object> { ["spooled"] = state.Depth, ["bytes"] = state.Bytes, ["setAside"] = state.SetAside, ["damaged"] = state.Damaged };
        if (state.Oldest is { } oldest)
            data["since"] = oldest;
        var away = gate.Trouble ?? topology.Problem;
        return Task.FromResult(state switch
        {
            { Problem: { } problem } when away is not null => HealthCheckResult.Unhealthy($"{problem} And the broker does not take webhooks: {away}", data: data),
            { Problem: { } problem } => HealthCheckResult.Degraded(problem, data: data),
            { Depth: > 0 } => HealthCheckResult.Degraded($"{state.Depth} webhooks wait in the spool for the broker.", data: data),
            { SetAside: > 0 } => HealthCheckResult.Degraded($"{state.SetAside} records of the spool can't be read and wait for a person.", data: data),
            { Damaged: > 0 } => HealthCheckResult.Degraded($"{state.Damaged} damaged files of the spool wait for a person: webhooks that were acknowledged may be missing.", data: data),
            _ => HealthCheckResult.Healthy(data: data),
        });
    }
}
