using KkiaEvents.Ledger.Operating;

namespace KkiaEvents.Operations.Keys;

/// <summary>A key without its digest: what people and programs are shown of it.</summary>
/// <param name="Id">What names it in lists and records.</param>
/// <param name="Name">Who or what uses it.</param>
/// <param name="Scope">What it may do.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="LastUsedAt">When it was last used, UTC, exact to a minute; null when never.</param>
/// <param name="RevokedAt">When it was revoked, UTC; null while it is good.</param>
/// <param name="RevokedBy">Who revoked it; null while it is good.</param>
/// <param name="Merchants">The only merchants that it reaches; empty for every merchant.</param>
public sealed record KeyView(
    string Id, string Name, ApiScope Scope, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, string? RevokedBy,
    IReadOnlyList<string> Merchants)
{
    /// <summary>The view of a key.</summary>
    public static KeyView Of(ApiKey key, DateTimeOffset? lastUsedAt = null) =>
        new(key.Id, key.Name, key.Scope, key.CreatedAt, key.CreatedBy, lastUsedAt, key.RevokedAt, key.RevokedBy, key.Merchants);
}

/// <summary>A key that was just made: the only answer that shows it.</summary>
/// <param name="Key">What is kept of it.</param>
/// <param name="Secret">The key itself. Never log it.</param>
public sealed record NewKeyView(KeyView Key, string Secret)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => Key.ToString();
}
