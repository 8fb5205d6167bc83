using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace KkiaEvents.ServiceDefaults;

/// <summary>
/// JSON files whose last good state stays in force when a change breaks them. The framework's own reader takes a file with a
/// comma too many for an empty one: its merchants would be unknown, and webhooks refused, or a rule that flags would be gone.
/// </summary>
internal static partial class LastGoodJson
{
    /// <summary>Puts such files in the place of the framework's.</summary>
    public static void KeepLastGoodJson(this WebApplicationBuilder builder)
    {
        builder.Configuration.Sources.KeepLastGoodJson();
        builder.Services.AddHostedService<BrokenFiles>();
    }

    /// <summary>Puts such files in the place of the framework's.</summary>
    public static void KeepLastGoodJson(this IList<IConfigurationSource> sources)
    {
        for (var n = 0; n < sources.Count; n++)
        {
            if (sources[n] is JsonConfigurationSource { ReloadOnChange: true } plain and not Source)
            {
                sources[n] = new Source
                {
                    FileProvider = plain.FileProvider!, Path = plain.Path!, Optional = plain.Optional, ReloadOnChange = true,
                    ReloadDelay = plain.ReloadDelay, OnLoadException = plain.OnLoadException!,
                };
            }
        }
    }

    /// <summary>What is wrong with files that were good once; empty when all are good.</summary>
    public static IEnumerable<string> ProblemsOf(IConfigurationRoot configuration) => configuration.Providers.OfType<Provider>().Select(p => p.Problem).OfType<string>();

    private sealed class Source : JsonConfigurationSource
    {
        public override IConfigurationProvider Build(IConfigurationBuilder builder)
        {
            EnsureDefaults(builder);
            return new Provider(this);
        }
    }

    private sealed class Provider(Source source) : JsonConfigurationProvider(source)
    {
        private bool _good;

        public string? Problem { get; private set; }

        public override void Load(Stream stream)
        {
            try
            {
                base.Load(stream);
                (_good, Problem) = (true, null);
            }
            catch (FormatException e) when (_good)
            {
                Problem = $"{Source.Path}: {e.InnerException?.Message ?? e.Message}";
            }
        }
    }

    private sealed partial class BrokenFiles(IConfiguration configuration, ILogger<BrokenFiles> log) : IHostedService, IDisposable
    {
        private IDisposable? _changes;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _changes = ChangeToken.OnChange(configuration.GetReloadToken, Tell);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _changes?.Dispose();

        private void Tell()
        {
            foreach (var problem in ProblemsOf((IConfigurationRoot)configuration))
                LogBroken(problem);
        }

        [LoggerMessage(Level = LogLevel.Error, Message = "A changed file of settings can't be read ({Problem}): what it said before stays in force until it is mended")]
        private partial void LogBroken(string problem);
    }
}
