using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// Reads what the API answers to a refund, in either dialect's words or in a sentence. Whatever it says, verifying must
/// confirm it; what this can't read leaves a refund in doubt.
/// </summary>
internal static class RefundReader
{
    private static readonly string[] WordFields = ["status", "code"];

    public static KkiapayRefund Read(ProviderAnswer answer, KkiapayDialect dialect)
    {
        RefundResult? result = null;
        string? message = null;
        var (contradicts, explains) = (false, false);
        using (var document = answer.TryParseRefund())
        {
            if (document is not null)
            {
                var root = document.RootElement is { ValueKind: JsonValueKind.Array } list ? list[0] : document.RootElement;
                var parts = AnswerParts.OfRefusal(root);
                foreach (var part in parts)
                    answer.IsNamed(part);
                (result, contradicts) = ResultOf(answer, parts);
                message = parts.Skip(1).Append(parts[0]).Select(MessageOf).FirstOrDefault(said => said is not null);
                explains = message is not null && !parts.Any(SpeaksOfAPayment);
            }
        }

        // Only a 2xx can say that money moved.
        if (!answer.IsSuccess && result == RefundResult.Refunded)
            (result, contradicts) = (null, true);
        result ??= answer.StatusCode switch
        {
            404 when dialect == KkiapayDialect.Rest && !answer.IsMarkup => RefundResult.NotFound,
            409 or 422 => RefundResult.NotEligible,
            // The request was not taken, and a reason is given, if not in a word that is known.
            400 when explains && !contradicts => RefundResult.NotEligible,
            _ => throw answer.Unreadable(
                contradicts ? UnreadableReason.Contradiction : answer.IsSuccess ? UnreadableReason.SaysNothing : UnreadableReason.Refusal,
                "it does not say what became of the refund; verify the transaction."),
        };

        return new KkiapayRefund
        {
            TransactionId = answer.TransactionId,
            Result = result.Value,
            Message = message is null ? null : ProviderText.Shorten(message, ProviderText.MaxText),
            Raw = ProviderText.Raw(answer.Body.Span),
        };
    }

    // The body's own word may be about the question ("success" around a refusal); those that it wraps are not.
    private static (RefundResult? Result, bool Contradicts) ResultOf(ProviderAnswer answer, List<JsonElement> parts)
    {
        var (outer, contradicts) = WordOf(parts[0]);
        var inner = new HashSet<RefundResult>();
        foreach (var part in parts.Skip(1))
        {
            var (word, contradictsItself) = WordOf(part);
            contradicts |= contradictsItself;
            if (word is { } known)
                inner.Add(known);
        }

        if (inner.Count == 1 && (outer is null || inner.Contains(outer.Value) || (outer == RefundResult.Refunded && IsSuccess(parts[0]))))
            outer = inner.Single();
        else if (inner.Count > 0)
            contradicts = true;
        if (contradicts)
            return (null, true);
        if (outer is not null)
            return (outer, false);

        // "reason" may repeat our own: it counts where the answer is a refusal by its number.
        var isRefusal = !answer.IsSuccess || parts.Any(IsNumberedRefusal);
        var sentences = parts.SelectMany(RefusalText.Of).Where(said => isRefusal || said.Field != "reason")
            .Select(said => RefusalText.OfRefund(said.Text)).OfType<RefundResult>().Distinct().ToList();
        return sentences.Count <= 1 ? (sentences.Count == 0 ? null : sentences[0], false) : (null, true);
    }

    // The word stands in "status" or in "code". Where the two contradict each other nothing is known: verifying tells.
    private static (RefundResult? Word, bool Contradicts) WordOf(JsonElement part)
    {
        var byStatus = StatusWords.ReadRefund(ProviderFields.StringOf(part, "status"));
        var byCode = StatusWords.ReadRefund(ProviderFields.StringOf(part, "code"));
        if (byStatus is not null && byCode is not null && byStatus != byCode)
            return (null, true);
        if ((byStatus ?? byCode) is { } said)
            return (said, false);
        return (StatusWords.ReadRefund(ProviderFields.StringOf(part, "reason")) is { } refused and not RefundResult.Refunded ? refused : null, false);
    }

    private static bool IsSuccess(JsonElement part) =>
        (ProviderFields.StringOf(part, "status") ?? ProviderFields.StringOf(part, "code"))?.Trim().Equals("SUCCESS", StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsNumberedRefusal(JsonElement part) =>
        (ProviderFields.Text(part, "status") ?? ProviderFields.Text(part, "code")) is ['4' or '5', ..] number && number.All(char.IsAsciiDigit);

    // "PENDING" or "COMPLETE" with a 400 is no refusal that is explained.
    private static bool SpeaksOfAPayment(JsonElement part) => WordFields.Any(name =>
        ProviderFields.StringOf(part, name) is { } word && StatusWords.IsKnown(word) && StatusWords.ReadRefund(word) is null);

    private static string? MessageOf(JsonElement part) =>
        ProviderFields.Text(part, "message") ?? ProviderFields.Text(part, "description") ?? ProviderFields.Text(part, "reason") ?? ProviderFields.Text(part, "error")
        ?? WordIn(part, "status") ?? WordIn(part, "code");

    private static string? WordIn(JsonElement part, string name) => ProviderFields.StringOf(part, name) is { } word && !string.IsNullOrWhiteSpace(word) ? word : null;
}
