using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress.Limits;

/// <summary>How much of what a source may have.</summary>
/// <param name="Connections">Open at once, all sources together.</param>
/// <param name="ConnectionsPerSource">Open at once from one source that is not known; a trusted proxy has no such limit.</param>
/// <param name="RefusalsPerMinute">Webhooks that may be refused to one source before it is told to wait. Authentic ones never count.</param>
/// <param name="Proxies">Whose <c>X-Forwarded-For</c> is believed; null: nobody's.</param>
/// <param name="AllowedSources">Who may send webhooks at all; null: everybody.</param>
internal sealed record IngressLimits(int Connections, int ConnectionsPerSource, int RefusalsPerMinute, SourceList? Proxies, SourceList? AllowedSources)
{
    public const string ProxiesKey = "Ingress__Proxies";

    public const string AllowedSourcesKey = "Ingress__AllowedSources";

    // How many times a stranger's share one of KKiaPay's addresses needs: about a thousand connections by default.
    private const int KnownShares = 8;

    // ASP.NET Core's own switch (ASPNETCORE_FORWARDEDHEADERS_ENABLED) believes whoever connects.
    private const string TrustsAnyone = "ForwardedHeaders_Enabled";

    /// <summary>Open at once from one source that is allowed by name or sent an authentic webhook before.</summary>
    public int ConnectionsPerKnownSource => (int)Math.Min((long)KnownShares * ConnectionsPerSource, Connections);

    /// <summary>Open at once from all sources that are not known together: the rest is kept for those who are.</summary>
    public int ConnectionsOfStrangers => Connections - (Connections / 4);

    /// <summary>
    /// The provider posts from a few addresses. At 1,000 webhooks a second with the broker's second of patience for each, a
    /// thousand of its connections are busy at once: its limits begin beyond that. A stranger has as many as a provider's address
    /// needs until its first webhook is read.
    /// </summary>
    public static IngressLimits Read(IConfiguration configuration, Settings settings)
    {
        if (string.Equals(configuration[TrustsAnyone], "true", StringComparison.OrdinalIgnoreCase))
            settings.Wrong("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "believes any sender's X-Forwarded-For: take it out and name the proxies.", $"false and {ProxiesKey}__0=10.0.0.7");
        return new(
            settings.Number("Ingress__Limits__Connections", 4096, 16, 1_000_000),
            settings.Number("Ingress__Limits__ConnectionsPerSource", 128, 1, 1_000_000),
            settings.Number("Ingress__Limits__RefusalsPerMinute", 300, 1, 1_000_000),
            SourceList.Read(configuration, settings, ProxiesKey, "10.0.0.7 (or 10.0.0.0/24)", anyone: false),
            SourceList.Read(configuration, settings, AllowedSourcesKey, "203.0.113.0/24 (or 203.0.113.9)", anyone: true));
    }
}
