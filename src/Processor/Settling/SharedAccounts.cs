using System.Collections.Frozen;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KkiaEvents.Processor.Settling;

/// <summary>
/// Merchants whose keys are of one KKiaPay account: it would confirm a payment to each of them, and each would hand goods over
/// for it. The start refuses that; where keys change while we run, the merchant that came later is not asked about until this is
/// fixed, or none of them where we can't tell which came later.
/// </summary>
internal sealed partial class SharedAccounts : IHealthCheck
{
    private static readonly string[] Identifying = ["PrivateKey", "PublicKey", "SecretKey"];

    // Not the list of merchants, which follows the same changes and may not have followed this one yet.
    private readonly IConfiguration _configuration;
    private readonly ILogger<SharedAccounts> _log;
    private readonly Lock _access = new();
    private FrozenSet<Holding> _held;
    private volatile FrozenDictionary<string, string> _problems = FrozenDictionary<string, string>.Empty;

    public SharedAccounts(IConfiguration configuration, ILogger<SharedAccounts> log)
    {
        (_configuration, _log) = (configuration, log);
        _held = HoldingsOf(configuration).ToFrozenSet();
        Judge();
    }

    /// <summary>The keys that several merchants have, each with those who have it.</summary>
    public static IEnumerable<(string Setting, IReadOnlyList<string> Merchants)> Find(IConfiguration configuration) =>
        Conflicts(HoldingsOf(configuration)).Select(c => (c.Key.Setting, (IReadOnlyList<string>)[.. c.Select(h => h.Merchant)]));

    /// <summary>Why nothing is asked about a merchant's payments; null when they are asked about.</summary>
    public string? ProblemOf(string merchant) => _problems.GetValueOrDefault(merchant);

    /// <summary>Looks at the keys as they are now. To be called before anybody uses them.</summary>
    public void Judge()
    {
        lock (_access)
        {
            var before = _problems;
            var holdings = HoldingsOf(_configuration).ToList();
            var problems = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var account in Conflicts(holdings))
            {
                var first = account.Where(h => _held.Contains(h) && !before.ContainsKey(h.Merchant)).ToList();
                foreach (var late in first.Count == 1 ? account.Except(first) : account)
                    problems.TryAdd(late.Merchant, Problem(late, first.Count == 1 ? first[0] : account.First(h => h.Merchant != late.Merchant)));
            }

            _held = holdings.ToFrozenSet();
            _problems = problems.ToFrozenDictionary();
            foreach (var (merchant, problem) in problems.Where(p => before.GetValueOrDefault(p.Key) != p.Value))
                LogShared(merchant, problem);
            foreach (var merchant in before.Keys.Except(problems.Keys))
                LogMended(merchant);
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var problems = _problems;
        return Task.FromResult(problems.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(
            "Merchants share one KKiaPay account: payments wait until each has keys of its own.", data: problems.ToDictionary(p => p.Key, object (p) => p.Value)));
    }

    private static IEnumerable<Holding> HoldingsOf(IConfiguration configuration) =>
        from merchant in configuration.GetSection("Kkiapay:Merchants").GetChildren()
        from setting in Identifying
        let value = merchant[setting]?.Trim()
        where value is { Length: > 0 }
        select new Holding(merchant.Key, setting, value);

    private static IEnumerable<IGrouping<(string Setting, string Value), Holding>> Conflicts(IEnumerable<Holding> holdings) =>
        holdings.OrderBy(h => h.Merchant, StringComparer.Ordinal).GroupBy(h => (h.Setting, h.Value)).Where(account => account.Skip(1).Any());

    private static string Problem(Holding late, Holding other) =>
        $"Kkiapay__Merchants__{late.Merchant}__{late.Setting} is that of merchant '{other.Merchant}' too (Kkiapay__Merchants__{other.Merchant}__{other.Setting}): "
        + "one payment would pay for an order of each. Give each merchant the keys of its own KKiaPay account.";

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing is asked about merchant {Merchant}: {Problem} Its webhooks are taken and wait")]
    private partial void LogShared(string merchant, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Merchant {Merchant} has a KKiaPay account of its own again: it is asked about")]
    private partial void LogMended(string merchant);

    private sealed record Holding(string Merchant, string Setting, string Value)
    {
        // A record prints all its members; a key belongs in no log.
        public override string ToString() => $"{Merchant}: {Setting}";
    }
}
