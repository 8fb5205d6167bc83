using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.ServiceDefaults;

/// <summary>
/// Where <c>/metrics</c> and the details of <c>/health/ready</c> are served (<c>Operations__Url</c>): at an address of their own that
/// only operators reach, or at the service's (<c>shared</c>). What they tell is of use to an attacker: addresses, merchants,
/// how much is paid, what is broken.
/// </summary>
public sealed class OperationsListener
{
    /// <summary>The setting's key.</summary>
    public const string Key = "Operations__Url";

    /// <summary>The setting's word for the service's own address.</summary>
    public const string Shared = "shared";

    /// <summary>Where a service that faces the internet serves them unless told otherwise.</summary>
    public const string Own = "http://127.0.0.1:9464";

    private OperationsListener(int? port) => Port = port;

    /// <summary>The port of the address of their own; null where there is none.</summary>
    public int? Port { get; }

    /// <summary>Whether a request came to where they are served. By the port that took it: what a request says of itself, its <c>Host</c> among it, counts for nothing.</summary>
    public bool Took(HttpContext context) => Port is not { } port || context.Connection.LocalPort == port;

    internal static void AddTo(WebApplicationBuilder builder, Settings settings, string otherwise)
    {
        var url = builder.Configuration["Operations:Url"] is { Length: > 0 } said ? said.Trim() : otherwise;
        builder.Services.AddSingleton(new OperationsListener(url == Shared ? null : Listen(builder, settings, url)));
    }

    private static int? Listen(WebApplicationBuilder builder, Settings settings, string url)
    {
        if (Parse(url) is not { Scheme: "http", Port: > 0, PathBase: "", IsUnixPipe: false, IsNamedPipe: false } address)
        {
            settings.Wrong(Key, $"is neither '{Shared}' nor an http address with a port.", Own);
            return null;
        }

        var own = UrlsOf(builder.Configuration);
        if (own.Any(u => Parse(u)?.Port == address.Port))
        {
            settings.Wrong(Key, $"has the port of the service's own address: take another, or say '{Shared}'.", Own);
            return null;
        }

        // Endpoints of Kestrel's own section take the place of all other addresses.
        if (builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
            builder.Configuration["Kestrel:Endpoints:Operations:Url"] = url;
        else
            builder.WebHost.UseUrls([.. own, url]);
        return address.Port;
    }

    // As ASP.NET Core reads them: addresses first, then ports, then its own default.
    private static string[] UrlsOf(ConfigurationManager configuration)
    {
        if (List("urls") is { Length: > 0 } urls)
            return urls;
        string[] ports = [.. List("http_ports").Select(p => $"http://*:{p}"), .. List("https_ports").Select(p => $"https://*:{p}")];
        return ports.Length > 0 ? ports : ["http://localhost:5000"];

        string[] List(string key) => configuration[key]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
    }

    private static BindingAddress? Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

/// <summary>Which of a service's addresses serve an endpoint. One without this is the service's work, at its own address only.</summary>
internal sealed record ServedAt(bool Public, bool Operations)
{
    public static readonly ServedAt Work = new(Public: true, Operations: false);
}
