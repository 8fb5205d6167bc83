using System.Text.Json.Serialization;
using KkiaEvents.Console.Access;
using KkiaEvents.Console.Auditing;
using KkiaEvents.Console.DeadLetters;
using KkiaEvents.Console.Docs;
using KkiaEvents.Console.Expectations;
using KkiaEvents.Console.Keys;
using KkiaEvents.Console.Payments;
using KkiaEvents.Console.Replays;
using KkiaEvents.Console.Requests;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Operations;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KkiaEvents.Console;

/// <summary>The HTTP API of operators and auditors.</summary>
public static class ConsoleApp
{
    /// <summary>Composes it.</summary>
    /// <exception cref="ConfigurationProblemException">Keys are missing or wrong.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ServiceHost.CreateBuilder(args, "console");
        configure?.Invoke(builder);
        var options = ConsoleOptions.Read(builder.Configuration);

        // It settles no payment, so its ledger needs no merchant's rules; taking decisions again asks for them each time.
        builder.Services.AddLedger(options.Ledger, _ => _ => new OrderPolicy());
        builder.Services.AddOperations(() => options.Bus);
        builder.Services.AddSingleton<Acts>();
        builder.Services.AddSingleton<Merchants>();
        builder.Services.AddSingleton<TodaysPolicies>();
        builder.Services.AddSingleton<WholeLedger>();
        builder.Services.AddAuditing(services => SecretsOf(services.GetRequiredService<Merchants>()));
        builder.Services.AddSingleton<ReplayWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ReplayWorker>());
        builder.Services.AddApiKeyAccess();
        builder.Services.AddApiDocument();
        builder.Services.AddExceptionHandler<ProblemHandler>();
        builder.Services.AddHealthChecks().AddCheck<LedgerHealth>(LedgerHealth.Name, HealthStatus.Degraded, [ServiceHost.Ready]).AddCheck<SchemaAtStart>("schema", tags: [ServiceHost.Ready]);
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new WordConverter());
            json.SerializerOptions.Converters.Add(new OutsideTextConverter());
            json.SerializerOptions.Converters.Add(new AnnouncementConverter());
            json.SerializerOptions.RespectNullableAnnotations = true;
            // A criterion that is misspelt must not be a criterion that is not there.
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.AllowDuplicateProperties = false;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        });

        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseIdsInPaths();
        app.UseAuthentication();
        app.UseAuthorization();
        // After authorization: a caller without a key learns nothing of the endpoints.
        app.UseWhen(c => c.Request.Path.StartsWithSegments("/api"), checkedOnes => checkedOnes.UseMiddleware<RequestCheck>());
        app.MapServiceDefaults();
        app.MapApiDocument();
        var api = app.MapGroup("/api/v1");
        api.MapPayments();
        api.MapAudit();
        api.MapExpectations();
        api.MapReplays();
        api.MapDeadLetters();
        api.MapKeys();
        return app;
    }

    private static Func<string, IReadOnlyList<string>> SecretsOf(Merchants merchants) => name => merchants.WebhookSecretsOf(name) ?? [];
}
