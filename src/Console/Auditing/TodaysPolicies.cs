using KkiaEvents.Ledger.Orders;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Console.Auditing;

/// <summary>Each merchant's rules about orders, as the configuration says now: give Console the same as Processor.</summary>
internal sealed class TodaysPolicies(IConfiguration configuration)
{
    /// <summary>The rules by merchant, each read once.</summary>
    /// <exception cref="ConfigurationProblemException">A rule is no word that exists.</exception>
    public Func<string, OrderPolicy> Read()
    {
        var known = new Dictionary<string, OrderPolicy>(StringComparer.Ordinal);
        return merchant => known.TryGetValue(merchant, out var policy) ? policy : known[merchant] = Read(merchant);
    }

    private OrderPolicy Read(string merchant)
    {
        var settings = new Settings(configuration);
        var rules = new MerchantRules(configuration, merchant, OrderPolicy.Section);
        var policy = OrderPolicy.Read((name, otherwise) => rules.Word(name, otherwise, settings), rules.List);
        settings.ThrowIfWrong();
        return policy;
    }
}
