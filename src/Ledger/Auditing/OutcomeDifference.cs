using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>What two outcomes say differently. Sentences for people are no part of a decision: a better wording is not another outcome.</summary>
internal static class OutcomeDifference
{
    private static readonly HashSet<string> Wording = ["detail", "customerMessage"];

    public static IReadOnlyList<string> Between(OrderEvent stored, OrderEvent rederived)
    {
        if (stored.GetType() != rederived.GetType())
            return [$"{stored.GetType().Name} is stored, {rederived.GetType().Name} follows"];
        var left = JsonSerializer.SerializeToElement(stored, stored.GetType(), LedgerStore.Json);
        var right = JsonSerializer.SerializeToElement(rederived, rederived.GetType(), LedgerStore.Json);
        return
        [
            .. from name in left.EnumerateObject().Concat(right.EnumerateObject()).Select(p => p.Name).Distinct()
               where !Wording.Contains(name)
               where !(left.TryGetProperty(name, out var one) && right.TryGetProperty(name, out var other) && JsonElement.DeepEquals(one, other))
               let was = TextOf(left, name)
               let follows = TextOf(right, name)
               // Versions before did not write what was due.
               where was != follows && (name != "dueAmount" || was != "null")
               select $"{name} is stored as {was}, {follows} follows",
        ];
    }

    // What is left out is null.
    private static string TextOf(JsonElement outcome, string name) => outcome.TryGetProperty(name, out var value) ? value.GetRawText() : "null";
}
