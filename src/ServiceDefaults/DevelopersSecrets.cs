using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.UserSecrets;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace KkiaEvents.ServiceDefaults;

/// <summary>
/// A developer's own secrets, outside of the checkout: <c>dotnet user-secrets set --id kkiaevents KEY VALUE</c>. One set for all
/// services, in the environment Development only; environment variables, files of secrets and the command line win over it.
/// </summary>
internal static class DevelopersSecrets
{
    public const string Id = "kkiaevents";

    public static void AddDevelopersSecrets(this WebApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment())
            return;
        var path = PathHelper.GetSecretsPathFromSecretsId(Id);
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
            return;

        var configuration = builder.Configuration;
        var source = new Microsoft.Extensions.Configuration.Json.JsonConfigurationSource
        {
            FileProvider = new PhysicalFileProvider(folder), Path = Path.GetFileName(path), Optional = true, ReloadOnChange = true,
        };
        // The last is what services are set by; those before it are the host's own, with a prefix.
        var environment = configuration.Sources.OfType<EnvironmentVariablesConfigurationSource>().LastOrDefault(s => string.IsNullOrEmpty(s.Prefix));
        configuration.Sources.Insert(environment is null ? configuration.Sources.Count : configuration.Sources.IndexOf(environment), source);
    }
}
