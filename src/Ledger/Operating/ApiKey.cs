namespace KkiaEvents.Ledger.Operating;

/// <summary>What the bearer of a key may do. Stored by name; <see cref="ApiRights.Allows"/> says which includes which, not the order here.</summary>
public enum ApiScope
{
    /// <summary>Look.</summary>
    Read,

    /// <summary>Look, and act on payments, orders and messages: announce, review, refund, replay, retry, discard.</summary>
    Operate,

    /// <summary>All of that, and make and revoke keys.</summary>
    Admin,

    /// <summary>Announce what orders are due, and nothing else: for a shop's backend. It may not look.</summary>
    Announce,
}

/// <summary>Which scope includes which.</summary>
public static class ApiRights
{
    /// <summary>True when a key of one scope may do what needs another. A scope that this version does not know may do nothing.</summary>
    /// <param name="scope">The key's.</param>
    /// <param name="needed">What is needed.</param>
    public static bool Allows(this ApiScope scope, ApiScope needed) => scope switch
    {
        ApiScope.Announce => needed is ApiScope.Announce,
        ApiScope.Read => needed is ApiScope.Read,
        ApiScope.Operate => needed is ApiScope.Announce or ApiScope.Read or ApiScope.Operate,
        ApiScope.Admin => needed is ApiScope.Announce or ApiScope.Read or ApiScope.Operate or ApiScope.Admin,
        _ => false,
    };
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

    /// <summary>The only merchants that it reaches; empty for every merchant.</summary>
    public IReadOnlyList<string> Merchants { get; init; } = [];

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
/// <param name="Merchants">The only merchants that it reaches; null for every merchant.</param>
public sealed record ApiKeyCreated(string Name, ApiScope Scope, string By, DateTimeOffset CreatedAt, IReadOnlyList<string>? Merchants = null);

/// <summary>A key was revoked.</summary>
/// <param name="By">Who revoked it.</param>
/// <param name="RevokedAt">When, UTC.</param>
public sealed record ApiKeyRevoked(string By, DateTimeOffset RevokedAt);
