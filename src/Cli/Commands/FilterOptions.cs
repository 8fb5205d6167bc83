using System.CommandLine;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Cli.Commands;

/// <summary>The options that say which payments are meant, the same wherever several can be.</summary>
internal sealed class FilterOptions
{
    private readonly Option<PaymentOutcome?> _state = new("--state") { Description = "How it stands.", CustomParser = Acting.Word<PaymentOutcome> };
    private readonly Option<FlagReason?> _flag = new("--flag") { Description = "Ever flagged for this reason.", CustomParser = Acting.Word<FlagReason> };
    private readonly Option<string?> _merchant = new("--merchant") { Description = "The merchant's name." };
    private readonly Option<string?> _order = new("--order") { Description = "The order's id." };
    private readonly Option<DateTimeOffset?> _from = Times.Option("--from", "First heard of at this time or later.");
    private readonly Option<DateTimeOffset?> _to = Times.Option("--to", "First heard of before this time.");
    private readonly Option<long?> _least = Acting.Amount("--min-amount", "Verified amount in XOF, at least.");
    private readonly Option<long?> _most = Acting.Amount("--max-amount", "Verified amount in XOF, at most.");
    private readonly Option<string?> _method = new("--method") { Description = "MOBILE_MONEY, CARD, WALLET …" };
    private readonly Option<bool> _undelivered = new("--undelivered") { Description = "With an outcome that the bus has not taken." };
    private readonly Option<bool> _due = new("--due") { Description = "That KKiaPay is to be asked about again." };

    public FilterOptions()
    {
        _state.CompletionSources.Add(Enum.GetNames<PaymentOutcome>());
        _flag.CompletionSources.Add(Enum.GetNames<FlagReason>());
        _method.CompletionSources.Add("MOBILE_MONEY", "CARD", "WALLET");
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _state, _flag, _merchant, _order, _from, _to, _least, _most, _method, _undelivered, _due })
            command.Add(option);
    }

    /// <summary>What was given.</summary>
    public PaymentFilter Read(ParseResult parsed) => new()
    {
        State = parsed.GetValue(_state), Flag = parsed.GetValue(_flag), Merchant = parsed.GetValue(_merchant), OrderId = parsed.GetValue(_order),
        From = parsed.GetValue(_from), To = parsed.GetValue(_to), MinAmount = parsed.GetValue(_least), MaxAmount = parsed.GetValue(_most),
        Method = parsed.GetValue(_method), Undelivered = parsed.GetValue(_undelivered), Due = parsed.GetValue(_due),
    };
}
