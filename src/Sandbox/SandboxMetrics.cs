using System.Diagnostics.Metrics;
using KkiaEvents.Sandbox.Payments;
using OpenTelemetry.Metrics;

namespace KkiaEvents.Sandbox;

/// <summary>What <see cref="SandboxStats"/> has counted, as metrics at <c>/metrics</c>.</summary>
internal sealed class SandboxMetrics : IDisposable
{
    private const string Name = "KkiaEvents.Sandbox";

    private readonly Meter _meter = new(Name);

    public SandboxMetrics(SandboxStats stats, PaymentBook payments)
    {
        SandboxStats.Snapshot Read() => stats.Read(payments.Count);
        _meter.CreateObservableGauge("kkiaevents.sandbox.payments", () => Read().Payments, description: "Payments that the stand-in knows");
        _meter.CreateObservableCounter("kkiaevents.sandbox.api.calls", () =>
        {
            var api = Read().Api;
            return new[] { Of(api.Verifications, "kind", "verification"), Of(api.Refunds, "kind", "refund"), Of(api.KeysRefused, "kind", "keys_refused"), Of(api.Faulted, "kind", "faulted") };
        }, description: "Calls of the provider's API, by what became of them");
        _meter.CreateObservableCounter("kkiaevents.sandbox.webhooks", () =>
        {
            var webhooks = Read().Webhooks;
            return new[] { Of(webhooks.Accepted, "result", "accepted"), Of(webhooks.Refused, "result", "refused"), Of(webhooks.GivenUp, "result", "given_up"), Of(webhooks.CalledOff, "result", "called_off") };
        }, description: "Webhooks, by what became of them: attempts accepted and refused, webhooks given up and called off");
    }

    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<SandboxMetrics>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(Name).AddPrometheusExporter());
    }

    public void Dispose() => _meter.Dispose();

    private static Measurement<long> Of(long value, string tag, string word) => new(value, new KeyValuePair<string, object?>(tag, word));
}
