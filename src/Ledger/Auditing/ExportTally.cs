using System.Text.Json;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Counts and sums what passes. The export fills a manifest with it, the verification counts again with it.</summary>
internal sealed class ExportTally(DateTimeOffset? from, DateTimeOffset? to)
{
    private readonly SortedDictionary<string, long> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string?, DateOnly, string), ExportSum> _sums = [];
    private readonly SortedSet<string> _merchants = new(StringComparer.Ordinal);
    private long _events;
    private long _context;
    private long _streams;
    private long? _first;
    private long? _last;

    public IReadOnlyCollection<string> Merchants => _merchants;

    public bool InPeriod(StoredEvent e) => (from is null || e.At >= from) && (to is null || e.At < to);

    /// <summary>Counts one event.</summary>
    /// <param name="e">The event.</param>
    /// <param name="outcome">Its content, for an outcome of the period; null for anything else.</param>
    public void Add(StoredEvent e, JsonElement? outcome)
    {
        _first ??= e.Position;
        _last = e.Position;
        if (e.Version == 1)
            _streams++;
        _merchants.Add(StoredEvent.OrderAt(e.StreamId)?.Merchant ?? StoredEvent.PaymentAt(e.StreamId)?.Merchant ?? "");
        if (!InPeriod(e))
        {
            _context++;
            return;
        }

        _events++;
        _types[e.Type] = _types.GetValueOrDefault(e.Type) + 1;
        if (outcome is { } data)
            Sum(e, data);
    }

    public ExportManifest Fill(ExportManifest head, string chain, IReadOnlyList<ExportedFile> files) => head with
    {
        Events = _events,
        ContextEvents = _context,
        Streams = _streams,
        EventsByType = _types,
        FirstPosition = _first,
        LastPosition = _last,
        Chain = chain,
        Files = files,
        Sums = [.. _sums.Values.OrderBy(s => s.Merchant, StringComparer.Ordinal).ThenBy(s => s.Day).ThenBy(s => s.Method, StringComparer.Ordinal).ThenBy(s => s.Type, StringComparer.Ordinal)],
    };

    private void Sum(StoredEvent e, JsonElement data)
    {
        var day = data.ValueKind == JsonValueKind.Object && data.TryGetProperty("decidedAt", out var at) && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var decided) ? decided : e.At;
        var key = (ExportRow.Text(data, "merchant") ?? "", ExportRow.Text(data, "method"), DateOnly.FromDateTime(day.UtcDateTime), e.Type);
        var sum = _sums.TryGetValue(key, out var found) ? found : new(key.Item1, key.Item2, key.Item3, key.Item4, 0, 0, 0, 0);
        _sums[key] = sum with
        {
            Count = sum.Count + 1,
            Amount = sum.Amount + ExportRow.Whole(data, "amount"),
            Fees = sum.Fees + ExportRow.Whole(data, "fees"),
            Net = sum.Net + ExportRow.Whole(data, "net"),
        };
    }
}
