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
            .. from property in left.EnumerateObject()
               where !Wording.Contains(property.Name)
               // Versions before did not write what was due.
               where property.Name != "dueAmount" || property.Value.ValueKind != JsonValueKind.Null
               let other = right.GetProperty(property.Name)
               where !JsonElement.DeepEquals(property.Value, other)
               select $"{property.Name} is stored as {property.Value.GetRawText()}, {other.GetRawText()} follows",
        ];
    }
}
