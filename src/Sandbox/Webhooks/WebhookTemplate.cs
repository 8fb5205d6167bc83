namespace KkiaEvents.Sandbox.Webhooks;

/// <summary>How a payment's webhooks look and go out.</summary>
internal sealed record WebhookTemplate
{
    public bool Send { get; init; } = true;

    /// <summary>The webhook goes out at the outcome; the API knows the transaction only that much later.</summary>
    public TimeSpan BeforeApi { get; init; }

    /// <summary>Identical sends of each webhook beyond the first.</summary>
    public int Duplicates { get; init; }

    /// <summary>All the payment's sends in random order.</summary>
    public bool Shuffle { get; init; }

    public SignatureMode Signature { get; init; }

    /// <summary>JSON claimed as the amount in place of the real one; null for the real one.</summary>
    public string? ClaimedAmount { get; init; }

    /// <summary>JSON claimed as <c>stateData</c> in place of the real one; null for the real one.</summary>
    public string? ClaimedStateData { get; init; }

    public WebhookDialect Dialect { get; init; }

    /// <summary>Event name in place of the outcome's own.</summary>
    public string? Event { get; init; }
}

/// <summary>The two forms of a webhook's body.</summary>
internal enum WebhookDialect
{
    /// <summary>The provider's written examples: <c>+229…</c>, whole seconds, ids like <c>txn_abc123456789</c>.</summary>
    Spec,

    /// <summary>As integrations see it: no plus, milliseconds, ids like <c>3iH6wjHJ3</c>.</summary>
    Field,
}

/// <summary>What the header <c>x-kkiapay-secret</c> holds.</summary>
internal enum SignatureMode
{
    /// <summary>Lower-case hex HMAC-SHA256 of the exact bytes sent, keyed by the secret.</summary>
    Hmac,

    /// <summary>The secret itself, as the provider's dashboard documents it.</summary>
    Secret,

    /// <summary>An HMAC by somebody who does not know the secret.</summary>
    Wrong,

    /// <summary>No header.</summary>
    None,
}
