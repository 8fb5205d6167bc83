namespace KkiaEvents.Kkiapay;

/// <summary>Reads what the API answers to a refund, in either dialect's words.</summary>
internal static class RefundReader
{
    public static KkiapayRefund Read(ProviderAnswer answer, KkiapayDialect dialect)
    {
        var raw = ProviderText.Raw(answer.Body.Span);
        string? word = null;
        string? message = null;
        using (var document = answer.IsSuccess ? answer.Parse(out _) : answer.TryParse(out _, out _))
        {
            if (document is not null)
            {
                var root = document.RootElement;
                var reason = ProviderFields.Text(root, "reason");
                word = ProviderFields.StringOf(root, "status");
                // "reason" may repeat our own; only a refusal's word counts there.
                if (StatusWords.ReadRefund(word) is null && StatusWords.ReadRefund(reason) is { } given && given != RefundResult.Refunded)
                    word = reason;
                message = ProviderFields.Text(root, "message") ?? reason ?? word;
            }
        }

        var result = StatusWords.ReadRefund(word);
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
}
