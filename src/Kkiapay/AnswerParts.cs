using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>The objects in which an answer may stand: the body itself, or one level further in, as gateways wrap it.</summary>
internal static class AnswerParts
{
    private static readonly string[] Wrappers = ["data", "result", "transaction", "response"];

    private static readonly string[] Facts = ["transactionId", "status", "isPaymentSucces", "isPaymentSuccess", "code", "reason", "description", "amount"];

    private static readonly string[] Errors = ["error", "errors"];

    /// <summary>The objects under the usual names of wrappers that say anything that an answer says.</summary>
    public static List<JsonElement> Within(JsonElement root)
    {
        var parts = new List<JsonElement>(1);
        foreach (var name in Wrappers)
        {
            if (root.TryGetProperty(name, out var inner) && inner.ValueKind == JsonValueKind.Object && Facts.Any(fact => ProviderFields.TryGet(inner, fact, out _)))
                parts.Add(inner);
        }

        return parts;
    }

    /// <summary>The body's object, what it wraps, and the errors that it lists: wherever a refusal may say why.</summary>
    public static List<JsonElement> OfRefusal(JsonElement root)
    {
        var parts = new List<JsonElement>(2) { root };
        parts.AddRange(Within(root));
        foreach (var name in Errors)
        {
            if (!root.TryGetProperty(name, out var error))
                continue;
            if (error.ValueKind == JsonValueKind.Object)
                parts.Add(error);
            else if (error.ValueKind == JsonValueKind.Array)
                parts.AddRange(error.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object).Take(4));
        }

        return parts;
    }
}
