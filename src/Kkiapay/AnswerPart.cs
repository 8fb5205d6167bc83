using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>Which object of a good answer (2xx) speaks of the payment: the body, or what it wraps.</summary>
internal static class AnswerPart
{
    private static readonly string[] Agreeing = ["SUCCESS", "SUCCESSFUL", "SUCCEEDED", "OK", "TRUE", "DONE"];

    /// <param name="answer">The answer.</param>
    /// <param name="root">Its body.</param>
    /// <param name="named">Whether the body names the transaction; true afterwards when either does.</param>
    /// <exception cref="KkiapayProtocolException">It holds two answers, or one that its wrapper contradicts.</exception>
    public static JsonElement Of(ProviderAnswer answer, JsonElement root, ref bool named)
    {
        // A payment's own answer has an amount; whatever else it has is for the record.
        if (ProviderFields.TryGet(root, "amount", out _))
            return root;
        var parts = AnswerParts.Within(root);
        if (parts.Count == 0)
            return root;
        if (parts.Count > 1)
            throw answer.Unreadable(UnreadableReason.Contradiction, "it holds more than one answer.");

        var part = parts[0];
        var (status, word) = TransactionReader.StatusOf(part);
        if (!StatusWords.IsKnown(word) && StatusWords.IsKnown(TransactionReader.StatusOf(root).Word))
            return root;
        named |= answer.IsNamed(part);
        return !TransactionReader.IsDecisive(status) || Agrees(root, status)
            ? part
            : throw answer.Unreadable(UnreadableReason.Contradiction, "what it wraps decides the payment, and what is around it says otherwise.");
    }

    private static bool Agrees(JsonElement wrapper, TransactionStatus status)
    {
        var isMoney = status is TransactionStatus.Complete or TransactionStatus.Refunded;
        if (TransactionReader.SuccessOf(wrapper) is { } flag && status != TransactionStatus.Refunded && flag != isMoney)
            return false;
        if ((isMoney && ProviderFields.Flag(wrapper, "success") == false) || TransactionReader.RefusalOf(wrapper) is not null)
            return false;
        // "success" around an answer is about the question.
        return ProviderFields.Text(wrapper, "status", 64) is not { } word
            || (word.All(char.IsAsciiDigit) ? IsGood(word) : Agreeing.Contains(word.Trim().ToUpperInvariant()) || StatusWords.Read(word) == status || (!isMoney && !StatusWords.IsKnown(word)));
    }

    private static bool IsGood(string code) => code is ['2', _, _] || code.All(c => c == '0');
}
