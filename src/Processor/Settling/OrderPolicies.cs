using System.Collections.Concurrent;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Primitives;

namespace KkiaEvents.Processor.Settling;

/// <summary>Each merchant's rules about orders. Follows changes of the configuration's files.</summary>
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

    public void Dispose() => _changes.Dispose();

    private OrderPolicy Read(string merchant)
    {
        var rules = new MerchantRules(_configuration, merchant, OrderPolicy.Section);
        return OrderPolicy.Read((name, otherwise) => rules.Word(name, otherwise, Wrong), rules.List);
    }

    private OrderRule Wrong(string key, string word)
    {
        // Changed while running: the start would have refused it. A person looks, until it is mended.
        LogWrong(key, word);
        return OrderRule.Flag;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key} is '{Word}', neither Accept nor Flag: payments that it is about are flagged until it is mended")]
    private partial void LogWrong(string key, string word);
}
