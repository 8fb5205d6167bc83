using Microsoft.AspNetCore.Builder;
using Serilog;
using Serilog.Events;

namespace KkiaEvents.ServiceDefaults;

/// <summary>Serilog: compact JSON for machines, plain lines for a terminal (<c>Log__Format</c>: <c>Auto</c>, <c>Json</c>, <c>Text</c>; <c>Log__Level</c>).</summary>
internal static class Logging
{
    public static void AddLogging(this WebApplicationBuilder builder, string service, Settings settings)
    {
        var format = settings.Word("Log__Format", LogFormat.Auto);
        var level = settings.Word("Log__Level", LogEventLevel.Information);
        var json = format == LogFormat.Json || (format == LogFormat.Auto && Console.IsOutputRedirected);
        LogEventLevel AtLeast(LogEventLevel own) => own > level ? own : level;
        builder.Services.AddSerilog((_, log) =>
        {
            log.MinimumLevel.Is(level)
                // Their own request and query lines would say everything twice, at a cost.
                .MinimumLevel.Override("Microsoft", AtLeast(LogEventLevel.Warning))
                .MinimumLevel.Override("Microsoft.Hosting.Lifetime", AtLeast(LogEventLevel.Information))
                // A probe that finds a service not ready yet is answered; it is no error of the service.
                .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal)
                .MinimumLevel.Override("System.Net.Http", AtLeast(LogEventLevel.Warning))
                .MinimumLevel.Override("Polly", AtLeast(LogEventLevel.Error))
                // It logs each collision as an error before it throws; who catches it decides and logs.
                .MinimumLevel.Override("Marten", LogEventLevel.Fatal)
                // What ends the host is told in words by ServiceHost.
                .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
                .MinimumLevel.Override("MassTransit", AtLeast(LogEventLevel.Warning))
                // Our own lines say the same with the payment's name and what to do, without a stack trace.
                .Filter.ByExcluding(e => IsSaidElsewhere(e.MessageTemplate.Text))
                .Enrich.FromLogContext()
                .Enrich.WithProperty("Service", service);
            // A log that can't keep up must not hold payments up: writing is asynchronous, and what overflows is counted by the sink.
            log.WriteTo.Async(
                sink => sink.Console(json ? new PrintableJson() : new PrintableText()),
                bufferSize: 50_000);
        });
    }

    private static bool IsSaidElsewhere(string template) =>
        template.StartsWith("Connection Failed: ", StringComparison.Ordinal)
        || template.StartsWith("S-FAULT ", StringComparison.Ordinal)
        || template.StartsWith("Declare queue faulted", StringComparison.Ordinal)
        || template.StartsWith("Bus start faulted", StringComparison.Ordinal)
        || template.StartsWith("Failed to stop bus", StringComparison.Ordinal);

    private enum LogFormat
    {
        Auto,
        Json,
        Text,
    }
}
