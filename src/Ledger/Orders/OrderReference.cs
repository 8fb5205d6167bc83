using System.Text.Json;

namespace KkiaEvents.Ledger.Orders;

/// <summary>Finds which order a payment names.</summary>
public static class OrderReference
{
    /// <summary>The first place that names an order, as <see cref="OrderIdForm.Canonical"/> writes it; null when none does.</summary>
    /// <param name="places">The merchant's places: see <see cref="OrderPolicy.ReferencePlaces"/>.</param>
    /// <param name="stateData">The shop's own data.</param>
    /// <param name="partnerId">The widget's partner id.</param>
    public static string? Find(IReadOnlyList<string> places, JsonElement? stateData, string? partnerId)
    {
        foreach (var place in places)
        {
            var found = place switch
            {
                "partnerId" => partnerId,
                "stateData" => stateData is { } bare ? Text(bare) : null,
                _ when place.StartsWith("stateData.", StringComparison.Ordinal) => Field(stateData, place["stateData.".Length..]),
                _ => null,
            };
            if (OrderIdForm.Canonical(found) is { } orderId)
                return orderId;
        }

        return null;
    }

    private static string? Field(JsonElement? data, string path)
    {
        var at = data;
        foreach (var name in path.Split('.'))
        {
            // JSON readers disagree about which of two members of one name counts: the shop may have read the other one.
            if (at is not { ValueKind: JsonValueKind.Object } node || Repeats(node) || !node.TryGetProperty(name, out var next))
                return null;
            at = next;
        }

        return at is { } value ? Text(value) : null;
    }

    private static bool Repeats(JsonElement node)
    {
        var names = new HashSet<string>();
        return !node.EnumerateObject().All(member => names.Add(member.Name));
    }

    // Shops use numbers as order ids too; the number's own text is the reference.
    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
