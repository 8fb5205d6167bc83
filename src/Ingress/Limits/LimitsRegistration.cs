using KkiaEvents.ServiceDefaults;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;

namespace KkiaEvents.Ingress.Limits;

/// <summary>Wires what is allowed to a connection and to a source.</summary>
internal static class LimitsRegistration
{
    private const string KestrelMeter = "Microsoft.AspNetCore.Server.Kestrel";

    public static void AddLimits(this WebApplicationBuilder builder, IngressLimits limits)
    {
        builder.Services.AddSingleton(limits);
        builder.Services.AddSingleton<LimitMetrics>();
        builder.Services.AddSingleton<KnownSources>();
        builder.Services.AddSingleton<ConnectionLimit>();
        builder.Services.AddSingleton<FirstRequest>();
        builder.Services.AddSingleton<RefusalLimit>();
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics
            .AddMeter(KestrelMeter)
            .AddView(instrument => instrument.Meter.Name == KestrelMeter && instrument.Name is not ("kestrel.active_connections" or "kestrel.rejected_connections")
                ? MetricStreamConfiguration.Drop
                : null));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            KestrelLimits.Apply(kestrel, limits);
            kestrel.ConfigureEndpointDefaults(endpoint =>
            {
                // The provider speaks HTTP/1.1, and so do proxies to what is behind them; another protocol would be another set of limits.
                endpoint.Protocols = HttpProtocols.Http1;
                var services = kestrel.ApplicationServices;
                // Operators must see what is going on while everybody else is kept out.
                if (endpoint.IPEndPoint?.Port == services.GetRequiredService<OperationsListener>().Port)
                    return;
                endpoint.Use(services.GetRequiredService<ServerRefusals>().Before);
                endpoint.Use(services.GetRequiredService<ConnectionLimit>().Before);
                endpoint.Use(services.GetRequiredService<FirstRequest>().Before);
            });
        });
    }

    /// <summary>
    /// Ends the wait for a connection's first request, and closes the connection after any answer but that to an authentic
    /// webhook, so that nobody holds one with other requests. Trusted proxies keep theirs.
    /// </summary>
    public static void UseConnectionLimits(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<IngressLimits>().Proxies;
        app.Use((context, next) =>
        {
            FirstRequest.Came(context);
            if (proxies?.Contains(context.Connection.RemoteIpAddress) != true)
                context.Response.Headers.Connection = "close";
            return next(context);
        });
    }

    /// <summary>Takes the sender's address from <c>X-Forwarded-For</c>, as far as trusted proxies wrote it; without one the header means nothing.</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IngressLimits>().Proxies is not { } proxies)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in proxies.Networks)
            options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
