namespace KkiaEvents.Ledger.Operating;

/// <summary>What the bearer of a key may do. Each includes the ones before it.</summary>
public enum ApiScope
{
    /// <summary>Look.</summary>
    Read,

    /// <summary>Act on payments, orders and messages: announce, replay, retry, discard.</summary>
    Operate,

    /// <summary>Make and revoke keys.</summary>
    Admin,
}

/// <summary>A key of the HTTP API. The key itself is nowhere: only its digest is kept.</summary>
public sealed record ApiKey
{
    /// <summary>The unique index that keeps two keys from one name, for as long as neither is revoked.</summary>
    public const string NameIndex = "mt_doc_apikey_uidx_name";

    /// <summary>The first 16 hex digits of the digest: what names the key in lists and in the records of its acts. Not secret.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the key, lower-case hex. A plain digest is enough: the key is 32 random bytes, so there is nothing to guess from.</summary>
    public required string Digest { get; init; }

    /// <summary>Who or what uses it; acts are recorded under this name. Unique among keys that are not revoked.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required ApiScope Scope { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was revoked, UTC; null while it is good.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Who revoked it; null while it is good.</summary>
    public string? RevokedBy { get; init; }
}

/// <summary>When a key was last used. A document of its own: noting a use must never undo a revocation that is written at the same time.</summary>
public sealed record ApiKeyUse
{
    /// <summary>The key's id.</summary>
    public required string Id { get; init; }

    /// <summary>When, UTC; exact to a minute.</summary>
    public required DateTimeOffset LastUsedAt { get; init; }
}

/// <summary>A key was made: the first event of the stream operations/api-key/{id}.</summary>
/// <param name="Name">Who or what uses it.</param>
/// <param name="Scope">What it may do.</param>
/// <param name="By">Who made it.</param>
/// <param name="CreatedAt">When, UTC.</param>
public sealed record ApiKeyCreated(string Name, ApiScope Scope, string By, DateTimeOffset CreatedAt);

/// <summary>A key was revoked.</summary>
/// <param name="By">Who revoked it.</param>
/// <param name="RevokedAt">When, UTC.</param>
public sealed record ApiKeyRevoked(string By, DateTimeOffset RevokedAt);
