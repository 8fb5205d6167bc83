using System.Text.Json;

namespace KkiaEvents.Ledger.Orders;

/// <summary>Finds which order a payment names.</summary>
public static class OrderReference
{
    // As often as a shop, its SDK, the checkout and KKiaPay may each make a string of it; and once more.
    private const int MaxEncodings = 5;

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
                "partnerId" => OrderIdForm.Canonical(Decoded(partnerId)),
                "stateData" => stateData is { } bare ? Id(bare) : null,
                _ when place.StartsWith("stateData.", StringComparison.Ordinal) && stateData is { } data => Field(data, place.Split('.').AsSpan(1)),
                _ => null,
            };
            if (found is not null)
                return found;
        }

        return null;
    }

    private static string? Field(JsonElement node, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
            return Id(node);
        // JSON readers disagree about which of two members of one name counts: the shop may have read the other one.
        if (node.ValueKind != JsonValueKind.Object || Repeats(node))
            return null;
        if (node.TryGetProperty(path[0], out var exact) && Field(exact, path[1..]) is { } found)
            return found;

        string? like = null;
        foreach (var member in node.EnumerateObject())
        {
            if (member.Name == path[0] || !IsLike(member.Name, path[0]) || Field(member.Value, path[1..]) is not { } other)
                continue;
            // order_id and ORDERID, and each names another order.
            if (like is not null && like != other)
                return null;
            like = other;
        }

        return like;
    }

    // orderId, order_id, ORDER-ID, "Order id".
    private static bool IsLike(string name, string other)
    {
        for (int i = 0, j = 0; ; i++, j++)
        {
            while (i < name.Length && name[i] is '_' or '-' or ' ')
                i++;
            while (j < other.Length && other[j] is '_' or '-' or ' ')
                j++;
            if (i == name.Length || j == other.Length)
                return i == name.Length && j == other.Length;
            if (char.ToUpperInvariant(name[i]) != char.ToUpperInvariant(other[j]))
                return false;
        }
    }

    private static bool Repeats(JsonElement node)
    {
        var names = new HashSet<string>();
        return !node.EnumerateObject().All(member => names.Add(member.Name));
    }

    // Shops use numbers as order ids too; the number's own text is the reference.
    private static string? Id(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => OrderIdForm.Canonical(Decoded(value.GetString())),
        JsonValueKind.Number => OrderIdForm.Canonical(value.GetRawText()),
        _ => null,
    };

    /// <summary>A text that was made a JSON string again, as it was before; what only begins like one stays, and is no order id.</summary>
    private static string? Decoded(string? text)
    {
        for (var times = 0; times < MaxEncodings && text.AsSpan().TrimStart() is ['"', ..]; times++)
        {
            try
            {
                text = JsonSerializer.Deserialize<string>(text!);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        return text;
    }
}
