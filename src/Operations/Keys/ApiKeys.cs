using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Marten;
using Npgsql;

namespace KkiaEvents.Operations.Keys;

/// <summary>A key that was just made.</summary>
/// <param name="Key">What is kept of it.</param>
/// <param name="Secret">The key itself, to be shown once: nothing can show it again. Never log it.</param>
public sealed record NewApiKey(ApiKey Key, string Secret)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{Key.Name} ({Key.Id})";
}

/// <summary>A key as a list shows it.</summary>
/// <param name="Key">The key.</param>
/// <param name="LastUsedAt">When it was last used, UTC; null when never.</param>
public sealed record ListedApiKey(ApiKey Key, DateTimeOffset? LastUsedAt);

/// <summary>Keys of the HTTP API: made, revoked, recognized.</summary>
public sealed class ApiKeys(IDocumentStore store, TimeProvider time)
{
    /// <summary>How every key begins, so that secret scanners and people know one.</summary>
    public const string Prefix = "kkia_";

    private const int RandomBytes = 32;

    private static readonly TimeSpan UseGrain = TimeSpan.FromMinutes(1);

    private const int MostMerchants = 100;

    /// <summary>Makes a key that reaches every merchant.</summary>
    /// <exception cref="OperationRefusedException">The name is empty or too long, or another key has it.</exception>
    public Task<NewApiKey> CreateAsync(string name, ApiScope scope, string by, CancellationToken cancellationToken) => CreateAsync(name, scope, [], by, cancellationToken);

    /// <summary>Makes a key.</summary>
    /// <param name="name">Who or what will use it, 1 to 100 characters.</param>
    /// <param name="scope">What it may do.</param>
    /// <param name="merchants">The only merchants that it reaches, at most 100; empty for every merchant.</param>
    /// <param name="by">Who makes it.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="OperationRefusedException">The name or a merchant makes no sense, or another key has the name.</exception>
    public async Task<NewApiKey> CreateAsync(string name, ApiScope scope, IReadOnlyList<string> merchants, string by, CancellationToken cancellationToken)
    {
        Check(scope, merchants);
        // It stands in logs and tables, on one line.
        if (name?.Any(char.IsControl) ?? false)
            throw new OperationRefusedException(Refusal.Invalid, "A key's name has no control characters.");
        var (named, who) = (OperationRefusedException.Required(name, "the key's name", longest: 100), OperationRefusedException.Required(by, "who makes it"));
        var secret = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        var digest = DigestOf(secret);
        await using var session = store.LightweightSession();
        var key = new ApiKey { Id = IdOf(digest), Digest = digest, Name = named, Scope = scope, Merchants = [.. merchants.Distinct()], CreatedAt = time.GetUtcNow(), CreatedBy = who };
        session.Insert(key);
        session.Events.StartStream(StreamIdOf(key.Id), new ApiKeyCreated(named, scope, who, key.CreatedAt, key.Merchants.Count > 0 ? key.Merchants : null));
        try
        {
            await session.SaveChangesAsync(cancellationToken);
        }
        // The database decides, so that of two who ask at once one gets the name.
        catch (Exception e) when (IsNameTaken(e))
        {
            throw new OperationRefusedException(Refusal.Conflict, $"A key '{named}' exists: acts are recorded by name, so choose another, or revoke it first.");
        }

        return new(key, secret);
    }

    /// <summary>Revokes a key, at once. Revoking it again changes nothing.</summary>
    /// <exception cref="OperationRefusedException">There is no such key.</exception>
    public async Task<ApiKey> RevokeAsync(string id, string by, CancellationToken cancellationToken)
    {
        var who = OperationRefusedException.Required(by, "who revokes it");
        await using var session = store.LightweightSession();
        var key = await session.LoadAsync<ApiKey>(id, cancellationToken) ?? throw new OperationRefusedException(Refusal.NotFound, $"There is no key {id}; kkia keys list, or GET /api/v1/keys, shows all.");
        if (key.RevokedAt is not null)
            return key;
        key = key with { RevokedAt = time.GetUtcNow(), RevokedBy = who };
        session.Update(key);
        session.Events.Append(StreamIdOf(id), new ApiKeyRevoked(who, key.RevokedAt.Value));
        await session.SaveChangesAsync(cancellationToken);
        return key;
    }

    /// <summary>All keys, revoked ones too, oldest first.</summary>
    public async Task<IReadOnlyList<ListedApiKey>> ListAsync(CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        var keys = await session.Query<ApiKey>().OrderBy(k => k.CreatedAt).ToListAsync(cancellationToken);
        var uses = (await session.LoadManyAsync<ApiKeyUse>(cancellationToken, keys.Select(k => k.Id))).ToDictionary(u => u.Id, u => u.LastUsedAt);
        return [.. keys.Select(k => new ListedApiKey(k, uses.TryGetValue(k.Id, out var at) ? at : null))];
    }

    /// <summary>Whose key it is, and notes the use; null when it is nobody's, or revoked.</summary>
    public async Task<ApiKey?> RecognizeAsync(string secret, CancellationToken cancellationToken)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal) || secret.Length > 200)
            return null;
        var digest = DigestOf(secret);
        await using var session = store.LightweightSession();
        // The whole digest decides, in constant time; its beginning only finds the row.
        if (await session.LoadAsync<ApiKey>(IdOf(digest), cancellationToken) is not { RevokedAt: null } key
            || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(key.Digest), Encoding.ASCII.GetBytes(digest)))
            return null;
        var now = time.GetUtcNow();
        var use = await session.LoadAsync<ApiKeyUse>(key.Id, cancellationToken);
        if (use is null || now - use.LastUsedAt >= UseGrain)
        {
            session.Store(new ApiKeyUse { Id = key.Id, LastUsedAt = now });
            try
            {
                await session.SaveChangesAsync(cancellationToken);
            }
            catch (Exception e) when (LedgerFaults.CondemnsSession(e))
            {
                // A ledger that can only be read for a while can be read all the same.
            }
        }

        return key;
    }

    private static void Check(ApiScope scope, IReadOnlyList<string> merchants)
    {
        if (!Enum.IsDefined(scope))
            throw new OperationRefusedException(Refusal.Invalid, $"There is no scope {scope}; there are {string.Join(", ", Enum.GetNames<ApiScope>())}.");
        if (merchants.Count > MostMerchants)
            throw new OperationRefusedException(Refusal.Invalid, $"A key is bound to {MostMerchants} merchants at most.");
        foreach (var wrong in merchants.Where(m => m is null || !PaymentKey.IsMerchantName(m)))
            throw new OperationRefusedException(Refusal.Invalid, $"'{wrong}' is no merchant's name: 1 to 40 lower-case letters, digits and hyphens.");
        // It could make itself a key that is bound to nobody.
        if (scope == ApiScope.Admin && merchants.Count > 0)
            throw new OperationRefusedException(Refusal.Invalid, "A key of scope Admin makes keys for every merchant, so it can't be bound to one: bind one of scope Operate.");
    }

    private static bool IsNameTaken(Exception exception)
    {
        for (var at = exception; at is not null; at = at.InnerException)
        {
            if (at is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: ApiKey.NameIndex })
                return true;
        }

        return false;
    }

    private static string StreamIdOf(string id) => $"operations/api-key/{id}";

    private static string IdOf(string digest) => digest[..16];

    private static string DigestOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
