using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>Reads what the API answers to a refund, in either dialect's words.</summary>
internal static class RefundReader
{
    public static KkiapayRefund Read(ProviderAnswer answer, KkiapayDialect dialect)
    {
        var raw = ProviderText.Raw(answer.Body.Span);
        RefundResult? result = null;
        string? word;
        string? message = null;
        using (var document = answer.IsSuccess ? answer.Parse(out _) : answer.TryParse(out _, out _))
        {
            if (document is not null)
            {
                var root = document.RootElement;
                var reason = ProviderFields.Text(root, "reason");
                (result, word) = WordOf(root, reason);
                message = ProviderFields.Text(root, "message") ?? ProviderFields.Text(root, "description") ?? reason ?? word;
            }
        }

        // Only a 2xx can say that money moved.
        if (!answer.IsSuccess && result == RefundResult.Refunded)
            result = null;
        result ??= answer.StatusCode switch
        {
            404 when dialect == KkiapayDialect.Rest && !answer.IsMarkup => RefundResult.NotFound,
            409 or 422 => RefundResult.NotEligible,
            _ => throw answer.Unreadable("it does not say what became of the refund; verify the transaction."),
        };

        return new KkiapayRefund
        {
            TransactionId = answer.TransactionId,
            Result = result.Value,
            Message = message is null ? null : ProviderText.Shorten(message, ProviderText.MaxText),
            Raw = raw,
        };
    }

    // The word stands in "status" or in "code". Where the two contradict each other nothing is known: verifying tells.
    private static (RefundResult? Result, string? Word) WordOf(JsonElement root, string? reason)
    {
        var (status, code) = (ProviderFields.StringOf(root, "status"), ProviderFields.StringOf(root, "code"));
        var (byStatus, byCode) = (StatusWords.ReadRefund(status), StatusWords.ReadRefund(code));
        if (byStatus is not null && byCode is not null && byStatus != byCode)
            return (null, null);
        if ((byStatus ?? byCode) is { } result)
            return (result, byStatus is null ? code : status);
        // "reason" may repeat our own; only a refusal's word counts there.
        return StatusWords.ReadRefund(reason) is { } refused and not RefundResult.Refunded ? (refused, reason) : (null, status ?? code);
    }
}
