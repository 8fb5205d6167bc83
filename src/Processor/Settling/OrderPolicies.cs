using System.Collections.Concurrent;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Primitives;

namespace KkiaEvents.Processor.Settling;

/// <summary>
/// Each merchant's rules about orders: its own (<c>Kkiapay__Merchants__NAME__Orders__…</c>), else the installation's
/// (<c>Orders__…</c>). Follows changes of the configuration's files.
/// </summary>
internal sealed partial class OrderPolicies : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly ILogger<OrderPolicies> _log;
    private readonly IDisposable _changes;
    private ConcurrentDictionary<string, OrderPolicy> _policies = new(StringComparer.Ordinal);

    public OrderPolicies(IConfiguration configuration, ILogger<OrderPolicies> log)
    {
        _configuration = configuration;
        _log = log;
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, () => _policies = new(StringComparer.Ordinal));
    }

    public OrderPolicy Of(string merchant) => _policies.GetOrAdd(merchant, Read);

    /// <summary>Reports what is wrong with the installation's rules, and with the merchants' own.</summary>
    public static void Check(Settings settings, IEnumerable<string> merchants)
    {
        foreach (var prefix in merchants.Select(PrefixOf).Prepend(""))
        {
            settings.Word($"{prefix}Orders__WithoutReference", OrderRule.Accept);
            settings.Word($"{prefix}Orders__Unannounced", OrderRule.Accept);
        }
    }

    public void Dispose() => _changes.Dispose();

    private static string PrefixOf(string merchant) => $"Kkiapay__Merchants__{merchant}__";

    private OrderPolicy Read(string merchant)
    {
        var usual = new OrderPolicy();
        return usual with
        {
            WithoutReference = Rule(merchant, "WithoutReference", usual.WithoutReference),
            Unannounced = Rule(merchant, "Unannounced", usual.Unannounced),
            ReferencePlaces = Places(merchant) ?? usual.ReferencePlaces,
        };
    }

    private OrderRule Rule(string merchant, string name, OrderRule otherwise)
    {
        foreach (var key in new[] { $"{PrefixOf(merchant)}Orders__{name}", $"Orders__{name}" })
        {
            var word = _configuration[key.Replace("__", ":", StringComparison.Ordinal)];
            if (string.IsNullOrWhiteSpace(word))
                continue;
            if (Enum.TryParse<OrderRule>(word, ignoreCase: true, out var rule) && Enum.IsDefined(rule))
                return rule;
            // Changed while running: the start would have refused it. A person looks, until it is mended.
            LogWrong(key, word);
            return OrderRule.Flag;
        }

        return otherwise;
    }

    private List<string>? Places(string merchant)
    {
        foreach (var key in new[] { $"Kkiapay:Merchants:{merchant}:Orders:ReferencePlaces", "Orders:ReferencePlaces" })
        {
            var places = _configuration.GetSection(key).GetChildren().Select(c => c.Value).OfType<string>().Where(p => p.Length > 0).ToList();
            if (places.Count > 0)
                return places;
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key} is '{Word}', neither Accept nor Flag: payments that it is about are flagged until it is mended")]
    private partial void LogWrong(string key, string word);
}
