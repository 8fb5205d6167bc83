using System.Text;
using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>Sentences, English or French, by which the provider refuses. Only for answers that carry no word of its own list.</summary>
internal static class RefusalText
{
    /// <summary>Where a sentence may stand. <c>reason</c> comes last: it may be the shop's own.</summary>
    private static readonly string[] Fields = ["message", "description", "error", "detail", "title", "code", "status", "reason"];

    private static readonly string[] Unknown =
    [
        "NOT_FOUND", "NOTFOUND", "NO_TRANSACTION_FOUND", "DOES_NOT_EXIST", "DOESN_T_EXIST", "INTROUVABLE", "NON_TROUVEE", "PAS_TROUVEE", "PAS_ETE_TROUVEE", "N_EXISTE_PAS", "INEXISTANTE", "UNKNOWN_TRANSACTION", "TRANSACTION_INCONNUE",
    ];

    // Whoever speaks of these did not look for a transaction.
    private static readonly string[] Address = ["CANNOT_GET", "CANNOT_POST", "ROUTE", "ENDPOINT", "PAGE", "BACKEND", "UPSTREAM", "PATH", "URL", "BUCKET"];

    private static readonly string[] Refusing =
    [
        "ELIGIBLE", "NOT_REVERTED", "NOT_REFUNDED", "NOT_BE_", "NOT_BEEN_", "PAS_ETE_", "CAN_T_BE_", "NOT_POSSIBLE", "NOT_ALLOWED", "IMPOSSIBLE", "NE_PEUT", "FAIL", "ECHEC", "ECHOUE", "REFUS", "REJECT", "DENIED", "INSUFFICIENT", "INSUFFISANT",
    ];

    private static readonly string[] Refund = ["REVERT", "REFUND", "REVERSED", "REMBOURS"];

    private static readonly string[] Negations = ["_NOT_", "_NO_", "_PAS_", "_NON_", "_UN"];

    /// <summary>The texts of an object that may hold such a sentence, with their fields' names. A list of texts gives its first.</summary>
    public static IEnumerable<(string Field, string Text)> Of(JsonElement part)
    {
        foreach (var field in Fields)
        {
            if (part.TryGetProperty(field, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String)
                yield return (field, list[0].GetString()!);
            else if (ProviderFields.StringOf(part, field) is { } text)
                yield return (field, text);
        }
    }

    /// <summary>True when the sentence says that the provider does not know the transaction: it must speak of one.</summary>
    public static bool SaysUnknown(string text)
    {
        var folded = Fold(text);
        return folded.Contains("TRANSACTION", StringComparison.Ordinal) && ContainsAny(folded, Unknown) && !ContainsAny(folded, Address);
    }

    /// <summary>True when it speaks of the address that was asked, not of what was asked there.</summary>
    public static bool IsAboutTheAddress(string text) => ContainsAny(Fold(text), Address);

    /// <summary>What a sentence says of a refund; null when that is not clear.</summary>
    public static RefundResult? OfRefund(string text)
    {
        var folded = Fold(text);
        if (ContainsAny(folded, Refusing))
            return RefundResult.NotEligible;
        if (SaysUnknown(text))
            return RefundResult.NotFound;
        if (!ContainsAny(folded, Refund) || ContainsAny(folded, Negations))
            return null;
        if (folded.Contains("ALREADY", StringComparison.Ordinal) || folded.Contains("_DEJA_", StringComparison.Ordinal))
            return RefundResult.AlreadyRefunded;
        return folded.Contains("SUCCE", StringComparison.Ordinal) || folded.Contains("EFFECTUE", StringComparison.Ordinal) ? RefundResult.Refunded : null;
    }

    /// <summary>Letters without their accents and digits, in capitals, words apart by one underscore, with one at each end.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder("_", Math.Min(text.Length, ProviderText.MaxText) + 2);
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, ProviderText.MaxText)))
        {
            var plain = char.ToUpperInvariant(c) switch
            {
                'À' or 'Â' or 'Ä' => 'A',
                'É' or 'È' or 'Ê' or 'Ë' => 'E',
                'Î' or 'Ï' => 'I',
                'Ô' or 'Ö' => 'O',
                'Ù' or 'Û' or 'Ü' => 'U',
                'Ç' => 'C',
                var upper => upper,
            };
            if (char.IsAsciiLetterOrDigit(plain))
                folded.Append(plain);
            else if (folded[^1] != '_')
                folded.Append('_');
        }

        return (folded[^1] == '_' ? folded : folded.Append('_')).ToString();
    }

    private static bool ContainsAny(string folded, string[] words) => Array.Exists(words, word => folded.Contains(word, StringComparison.Ordinal));
}
