using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Cli.Commands;

/// <summary>What the commands that act have in common: who, why, and on which payment.</summary>
internal static class Acting
{
    public const string ConfirmName = "--confirm";

    public static Option<string> By() => new("--by")
    {
        Description = "Who does it, as it is recorded.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName,
    };

    public static Option<string?> Reason(string description, bool required) => new("--reason") { Description = description, HelpName = "TEXT", Required = required };

    public static Option<bool> Confirm() => new(ConfirmName) { Description = "Do it. Without this, only tell what would be done." };

    /// <summary>A word of a few, in lower case on the command line.</summary>
    public static T? Word<T>(ArgumentResult result) where T : struct, Enum
    {
        var text = Text(result);
        if (Words.TryParse<T>(text, out var word))
            return word;
        Wrong(result, $"one of {string.Join(", ", Enum.GetNames<T>())} (in any case)");
        return null;
    }

    /// <summary>The text of a value that is parsed by hand.</summary>
    public static string Text(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    /// <summary>Says of a value which option it is of, what was given, and what must be given, with an example.</summary>
    public static void Wrong(ArgumentResult result, string must) =>
        result.AddError($"{(result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name)} is '{Text(result)}', but must be {must}.");

    /// <summary>An amount of money.</summary>
    public static Option<long?> Amount(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "XOF",
        CustomParser = result =>
        {
            if (long.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
                return amount;
            Wrong(result, "a whole number of XOF, for example 5000");
            return null;
        },
    };

    /// <summary>A whole number within a range.</summary>
    public static Option<int> Number(string name, string description, int otherwise, int from, int to) => new(name)
    {
        Description = description,
        HelpName = "NUMBER",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            if (int.TryParse(Text(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to)
                return number;
            Wrong(result, $"a whole number from {from} to {to}, for example {Math.Max(otherwise, from)}");
            return otherwise;
        },
    };

    /// <summary>The one payment that a reference names; null, with a complaint, when it names none or several.</summary>
    public static async Task<Payment?> FindPaymentAsync(CliContext context, string reference, CancellationToken cancellationToken)
    {
        await using var audit = context.OpenLedger();
        var stories = await audit.Stories.FindAsync(reference, null, audit.Merchants, cancellationToken);
        var payments = stories.SelectMany(s => s.Payments).DistinctBy(p => p.Id).ToList();
        if (payments is [var one])
            return one;
        context.Screen.Complain(payments.Count switch
        {
            0 when stories.Count > 0 => $"No payment is known for order '{reference}' yet.",
            0 => Unknown(reference),
            _ => $"'{reference}' names {payments.Count} payments: {string.Join(", ", payments.Select(p => $"{p.Id} ({p.Outcome}{StoryText.Amount(p.Amount)})"))}. Say which.",
        });
        return null;
    }

    /// <summary>Says of each merchant that is not configured here that it is not: a misspelt one gets nothing, and nobody would wonder why.</summary>
    public static void TellUnknown(CliContext context, IEnumerable<string> named)
    {
        using var merchants = new Merchants(context.Configuration);
        foreach (var unknown in named.Where(n => merchants.Names.Any() && !merchants.Names.Contains(n)))
            context.Screen.Tell($"No merchant {unknown} is configured here. Configured: {string.Join(", ", merchants.Names)}.");
    }

    public static string Unknown(string reference) =>
        $"The ledger knows no transaction and no order '{reference}'. Case counts; `kkia list` shows what it knows.";

    /// <summary>How a payment stands, in a line.</summary>
    public static string Standing(Payment payment) =>
        $"{payment.Id}: {payment.Outcome}{StoryText.Amount(payment.Amount)}{(payment.Method is { } method ? $" by {method}" : "")}{(payment.PartOf is { } of ? $", part of order {of}" : "")}{(payment.Flags.Count > 0 ? $", flagged {string.Join(", ", payment.Flags)}" : "")}";
}
