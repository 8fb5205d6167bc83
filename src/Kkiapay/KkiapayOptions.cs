using System.Text;

namespace KkiaEvents.Kkiapay;

/// <summary>One merchant's access to KKiaPay's API. Keys come from KKiaPay's dashboard, section Developers.</summary>
public sealed record KkiapayOptions
{
    /// <summary>The name used where there is only one merchant.</summary>
    public const string DefaultName = "default";

    /// <summary>Public key (<c>x-api-key</c>); needed by <see cref="KkiapayDialect.Sdk"/>.</summary>
    public string? PublicKey { get; set; }

    /// <summary>Private key; needed by both dialects.</summary>
    public string? PrivateKey { get; set; }

    /// <summary>Secret key (<c>x-secret-key</c>); needed by <see cref="KkiapayDialect.Sdk"/>.</summary>
    public string? SecretKey { get; set; }

    /// <summary>Which of KKiaPay's two worlds to ask; production unless told otherwise.</summary>
    public KkiapayEnvironment Environment { get; set; } = KkiapayEnvironment.Production;

    /// <summary>Which form of the API to speak.</summary>
    public KkiapayDialect Dialect { get; set; } = KkiapayDialect.Auto;

    /// <summary>Another base address than the environment's own: a stand-in, a proxy. Absolute, http or https.</summary>
    public Uri? ApiBaseUrl { get; set; }

    /// <summary>How long one attempt may take; 1 s to 2 min.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a call may take with all its retries; at least <see cref="AttemptTimeout"/>.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a verification is tried again after a transport error, 408, 429 or 5xx; 0 to 10.</summary>
    public int Retries { get; set; } = 2;

    /// <summary>The dialect that will be spoken: <see cref="Dialect"/>, or what <see cref="KkiapayDialect.Auto"/> comes to.</summary>
    public KkiapayDialect EffectiveDialect() => Dialect != KkiapayDialect.Auto ? Dialect
        : string.IsNullOrEmpty(PublicKey) || string.IsNullOrEmpty(PrivateKey) || string.IsNullOrEmpty(SecretKey) ? KkiapayDialect.Rest
        : KkiapayDialect.Sdk;

    // A record prints all its members, and options end up in logs: the keys are not among what is printed.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Environment = ").Append(Environment).Append(", Dialect = ").Append(Dialect)
            .Append(", ApiBaseUrl = ").Append(ApiBaseUrl);
        return true;
    }
}

/// <summary>KKiaPay's two worlds.</summary>
public enum KkiapayEnvironment
{
    /// <summary>Real money.</summary>
    Production,

    /// <summary>KKiaPay's own test world.</summary>
    Sandbox,
}

/// <summary>The two forms of KKiaPay's API (wire notes, "Verify").</summary>
public enum KkiapayDialect
{
    /// <summary><see cref="Sdk"/> when all three keys are set, else <see cref="Rest"/>.</summary>
    Auto,

    /// <summary><c>GET /transactions/{id}</c> with <c>X-Private-Key</c>.</summary>
    Rest,

    /// <summary><c>POST /api/v1/transactions/status</c> with three keys, as the provider's own SDKs do.</summary>
    Sdk,
}
