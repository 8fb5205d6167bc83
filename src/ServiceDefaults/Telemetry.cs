using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace KkiaEvents.ServiceDefaults;

/// <summary>OpenTelemetry: metrics at <c>/metrics</c> always, traces when an OTLP endpoint is set (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>).</summary>
internal static class Telemetry
{
    // Webhook to outcome spans milliseconds to a day (a payment may stay pending), verification milliseconds to seconds.
    private static readonly double[] Seconds = [0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400];

    public static void AddTelemetry(this WebApplicationBuilder builder, string service)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService($"kkiaevents-{service}"))
            .WithMetrics(metrics => metrics
                .AddMeter("KkiaEvents*")
                .AddRuntimeInstrumentation()
                .AddView("*seconds", new ExplicitBucketHistogramConfiguration { Boundaries = Seconds })
                .AddView("*duration", new ExplicitBucketHistogramConfiguration { Boundaries = Seconds })
                .AddPrometheusExporter());

        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;
        telemetry
            .WithTracing(tracing => tracing
                .AddSource("KkiaEvents*", "MassTransit", "Npgsql")
                .AddAspNetCoreInstrumentation(http => http.Filter = c => !c.Request.Path.StartsWithSegments("/health") && !c.Request.Path.StartsWithSegments("/metrics"))
                .AddHttpClientInstrumentation())
            .UseOtlpExporter();
    }
}
