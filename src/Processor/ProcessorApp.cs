using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Processor.Consuming;
using KkiaEvents.Processor.Following;
using KkiaEvents.Processor.Pacing;
using KkiaEvents.Processor.Relaying;
using KkiaEvents.Processor.Settling;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace KkiaEvents.Processor;

/// <summary>Takes webhooks from the bus, asks KKiaPay, decides, and delivers what was decided. Scaling out is starting another one.</summary>
public static class ProcessorApp
{
    /// <summary>Composes it.</summary>
    /// <exception cref="ConfigurationProblemException">Keys are missing or wrong.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ServiceHost.CreateBuilder(args, "processor");
        configure?.Invoke(builder);
        var options = ProcessorOptions.Read(builder.Configuration);

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Merchants>();
        builder.AddKkiapayClients();
        builder.Services.AddLedger(options.Ledger, provider => provider.GetRequiredService<OrderPolicies>().Of);
        builder.Services.AddPacing();
        builder.Services.AddSettling();
        builder.Services.AddConsuming(options);
        builder.Services.AddFollowing();
        builder.Services.AddRelaying(options);
        builder.Services.AddHealthChecks().AddCheck<LedgerHealth>(LedgerHealth.Name, tags: [ServiceHost.Ready]).AddCheck<SchemaAtStart>("schema", tags: [ServiceHost.Ready]);

        var app = builder.Build();
        app.MapServiceDefaults();
        return app;
    }

    private static void AddKkiapayClients(this WebApplicationBuilder builder)
    {
        using var merchants = new Merchants(builder.Configuration);
        foreach (var name in merchants.Names)
            builder.Services.AddKkiapay(name, builder.Configuration.GetSection($"Kkiapay:Merchants:{name}"));
        builder.Services.AddSingleton<SharedAccounts>();
        builder.Services.AddHealthChecks().AddCheck<SharedAccounts>("accounts", tags: [ServiceHost.Ready]);
        builder.Services.AddSingleton<LateMerchants>();
        builder.Services.AddSingleton<IConfigureOptions<KkiapayOptions>>(provider => provider.GetRequiredService<LateMerchants>());
        builder.Services.AddHostedService(provider => provider.GetRequiredService<LateMerchants>());
    }
}
