using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace KkiaEvents.Ledger.Orders;

/// <summary>
/// Text that stands where an order id belongs and names no order: what languages write for "nothing" (the official Flutter
/// SDK sends <c>data.toString()</c>, so <c>"null"</c>), templates that nobody filled in, and the values of the SDKs' own
/// examples. Taken for an id, the first such payment would hold "the order" and every later one owe a refund.
/// </summary>
internal static partial class Placeholder
{
    private static readonly FrozenSet<string> Nothing = FrozenSet.ToFrozenSet(
        ["null", "(null)", "undefined", "nan", "none", "nil", "nullptr", "infinity", "-infinity", "+infinity", "true", "false", "void", "void 0", "n/a", "array", "object", "object object"],
        StringComparer.OrdinalIgnoreCase);

    // The place's own name, where its value belongs.
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        ["id", "order", "orderid", "orderno", "ordernumber", "orderref", "orderreference", "reference", "commande", "commandeid", "idcommande", "numerocommande", "partnerid", "transactionid"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Samples = FrozenSet.ToFrozenSet(
        [
            // partnerId: READMEs of kkiapay/kkiapay-flutter-sdk and kkiapay/kkiapay-ios-sdk; kkiapay/android-sdk has AxXxxXXid.
            "AxXxXXxId",
            // data: README of kkiapay/kkiapay-ios-sdk; kkiapay_flutter_sdk 1.0 on pub.dev.
            "Hello world",
            // data: kkiapay/kkiapay-flutter-sdk, README and example/lib/main.dart; version 0.1 has fakedata.
            "Fake data", "fakedata", "Big data",
            // data.order: kkiapay/kkiapay-flutter-sdk, web.html.
            "google-order",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with the text, to go on after it; null when it is no placeholder.</summary>
    /// <param name="text">The text in its canonical form.</param>
    public static string? ProblemOf(string text) => text switch
    {
        _ when Samples.Contains(text) => "is the sample value of a KKiaPay SDK, not an order id. Send the shop's own order id.",
        _ when Nothing.Contains(text) || IsPunctuation(text) || NoValue().IsMatch(text) =>
            "is a placeholder, not an order id: the variable that should hold the id was empty. Send the shop's own order id.",
        _ when Names.Contains(WithoutSeparators(text)) || Template().IsMatch(text) =>
            "is a template that was never filled in, not an order id. Send the shop's own order id.",
        _ => null,
    };

    // "#", "--": what was to stand beside it was empty.
    private static bool IsPunctuation(string text) => text.All(c => char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c));

    private static string WithoutSeparators(string text) => string.Concat(text.Where(c => c is not ('_' or '-' or ' ')));

    // An object as Dart, .NET, Java and JavaScript print it; "order-" + undefined.
    [GeneratedRegex(
        """
        \A Instance\ of\ '.*' \z
        | \A System\.[A-Za-z0-9_.`,\[\]\ ]+ \z
        | \A ([A-Za-z0-9_]+\.)+ [A-Za-z0-9_$]+ @ [0-9a-f]{4,8} \z
        | \[object\ [A-Za-z]+\]
        | (?<! [\p{L}\p{M}\p{N}] ) ( (?i:undefined) | null | NULL | NaN | None ) (?! [\p{L}\p{M}\p{N}] )
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex NoValue();

    // JavaScript, Ruby, Handlebars, ERB, PHP; <order_id>; printf in C, PHP, Python, Objective-C, and Go's complaints; Windows; routes; PHP variables.
    [GeneratedRegex(
        """
        [$\#@]\{ .* \} | \{\{ .* \}\} | <% .* %> | <\?
        | < [A-Za-z_] [A-Za-z0-9_\ .:-]* >
        | % ([0-9]+\$)? [sdiv@] (?![A-Za-z0-9]) | % \( [A-Za-z_] [A-Za-z0-9_.]* \) [sd] | %! [a-z]? \(
        | \A % [A-Za-z_] [A-Za-z0-9_]* % \z
        | ( \A | / ) : [A-Za-z_] [A-Za-z0-9_]* \z
        | \A \$ [A-Za-z_] [A-Za-z0-9_\[\]'">.-]* \z
        | \A __ [A-Za-z0-9_]+ __ \z
        | \A (?i: (your|my|votre|mon|ma) [\ _-]* (order|commande|reference|ref|transaction|partner) ([\ _-]* (id|number|no|reference|ref))? ([\ _-]* here)? ) \z
        | \A (?=.{3,40}\z) [xX]{3,} ([\ _-]+ [xX]+)* \z
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Template();
}
