using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace KkiaEvents.ServiceDefaults;

/// <summary>What every service has: configuration with secrets from files, logs, telemetry, health, problem+json.</summary>
public static class ServiceHost
{
    /// <summary>The exit code for words on the command line that mean nothing (EX_USAGE of sysexits.h).</summary>
    public const int UsageExitCode = 64;

    /// <summary>The tag of health checks that tell whether work can be done now.</summary>
    public const string Ready = "ready";

    /// <summary>A builder with all of it.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="service">The service's name in logs and telemetry.</param>
    /// <param name="settings">Where what is wrong is collected; null to stop at once.</param>
    /// <param name="operations">Where metrics and details of health are served unless <see cref="OperationsListener.Key"/> says otherwise.</param>
    /// <exception cref="ConfigurationProblemException">Settings are wrong, and <paramref name="settings"/> is null.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] args, string service, Settings? settings = null, string operations = OperationsListener.Shared)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddDevelopersSecrets();
        builder.KeepLastGoodJson();
        // Docker's and Kubernetes' secrets: one file a key, named as the environment variable would be.
        builder.Configuration.AddKeyPerFile(builder.Configuration["SecretsDirectory"] ?? "/run/secrets", optional: true, reloadOnChange: true);
        var own = settings ?? new Settings(builder.Configuration);
        builder.AddLogging(service, own);
        builder.AddTelemetry(service);
        OperationsListener.AddTo(builder, own, operations);
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = context => context.ProblemDetails.Detail ??= DetailOf(context.HttpContext.Response));
        builder.Services.AddHealthChecks();
        builder.AddLenientHttp();
        if (settings is null)
            own.ThrowIfWrong();
        return builder;
    }

    /// <summary>
    /// <c>/health/live</c> and <c>/health/ready</c> everywhere; <c>/metrics</c>, and what <c>/health/ready</c> says beyond its one word,
    /// only where the <see cref="OperationsListener"/> is, which serves nothing else.
    /// </summary>
    public static void MapServiceDefaults(this WebApplication app)
    {
        var operations = app.Services.GetRequiredService<OperationsListener>();
        if (operations.Port is not null)
        {
            app.Use((context, next) =>
            {
                var at = context.GetEndpoint()?.Metadata.GetMetadata<ServedAt>() ?? ServedAt.Work;
                if (operations.Took(context) ? at.Operations : at.Public)
                    return next(context);
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        }

        app.MapHealthChecks("/health/live", new() { Predicate = _ => false }).WithMetadata(new ServedAt(Public: true, Operations: true));
        app.MapHealthChecks("/health/ready", new()
        {
            Predicate = check => check.Tags.Contains(Ready),
            ResponseWriter = (context, report) => operations.Took(context)
                ? WriteAsync(context, report)
                : context.Response.WriteAsJsonAsync(new { status = report.Status.ToString() }),
        }).WithMetadata(new ServedAt(Public: true, Operations: true));
        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new ServedAt(Public: false, Operations: true));
    }

    /// <summary>
    /// Builds and runs a service; a wrong configuration is told in words, not as a stack trace. With <c>health</c> as the
    /// first argument, asks the running one whether it is ready instead.
    /// </summary>
    /// <param name="args">The command line.</param>
    /// <param name="build">Composes the service.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, Func<WebApplication> build)
    {
        if (args is [HealthCommand.Name, ..])
            return await HealthCommand.RunAsync();
        if (args.FirstOrDefault(a => !a.StartsWith('-') && !a.Contains('=', StringComparison.Ordinal)) is { } word && Array.IndexOf(args, word) == 0)
        {
            await Console.Error.WriteLineAsync($"'{word}' is no command of this service. Without one it starts; 'health' asks the running one whether it is ready; settings are --Key=value or environment variables.");
            return UsageExitCode;
        }

        try
        {
            await using var app = build();
            await app.RunAsync();
            return 0;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{e.Message} Set ASPNETCORE_URLS, or {OperationsListener.Key} where it is that one, to an address that is free.");
            return 1;
        }
        catch (ConfigurationProblemException wrong)
        {
            return await ReportAsync(wrong);
        }
        catch (OptionsValidationException wrong)
        {
            // A library's own check of its options; its sentences name key and example themselves.
            await Console.Error.WriteLineAsync($"The configuration does not allow a start:\n  {string.Join("\n  ", wrong.Failures)}");
            return ConfigurationProblemException.ExitCode;
        }
    }

    /// <summary>Tells what is wrong with the configuration; the exit code for it.</summary>
    public static async Task<int> ReportAsync(ConfigurationProblemException wrong)
    {
        await Console.Error.WriteLineAsync("The configuration does not allow a start:");
        foreach (var problem in wrong.Problems)
            await Console.Error.WriteLineAsync($"  {problem.Key} {problem.Problem}\n    Example: {problem.Key}={problem.Example}");
        return ConfigurationProblemException.ExitCode;
    }

    // What a client says in headers that nobody reads is no reason to refuse it; what the server refuses all the same is told.
    private static void AddLenientHttp(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton<IServerRefusalCounter, RefusedRequests>();
        builder.Services.AddSingleton<ServerRefusals>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServerRefusals>());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.RequestHeaderEncodingSelector = HeaderBytes.EncodingOf;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(kestrel.ApplicationServices.GetRequiredService<ServerRefusals>().Before));
        });
    }

    private static string? DetailOf(HttpResponse response) =>
        response.StatusCode == StatusCodes.Status405MethodNotAllowed ? $"The address is right, but it takes {response.Headers.Allow} only." : null;

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(e => e.Key, e => new { status = e.Value.Status.ToString(), e.Value.Description, e.Value.Data }),
        });
}
