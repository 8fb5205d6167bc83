using System.Text;
using System.Text.Json;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>What an export's files hold, event by event.</summary>
internal sealed class ExportContent(ExportPeriod period) : IDisposable
{
    private readonly ExportTally _tally = new(period.From, period.To);
    private readonly ExportLine _line = new();

    /// <summary>The head of the file of outcomes.</summary>
    public static ReadOnlyMemory<byte> Head { get; } = Encoding.UTF8.GetBytes(ExportRow.Head + "\n");

    /// <summary>How many events there were.</summary>
    public long Count { get; private set; }

    /// <summary>The next event: its line (valid until the next call), and its row where it is an outcome of the period.</summary>
    public (ReadOnlyMemory<byte> Line, ReadOnlyMemory<byte>? Row) Next(StoredEvent e)
    {
        var line = _line.Write(++Count, e, context: !_tally.InPeriod(e));
        if (!IsRow(e))
        {
            _tally.Add(e, null);
            return (line, null);
        }

        using var outcome = JsonDocument.Parse(e.Data);
        _tally.Add(e, outcome.RootElement);
        return (line, Row(e, outcome.RootElement));
    }

    /// <summary>The row alone of an event that <see cref="Next"/> was told of before; null where it has none.</summary>
    public ReadOnlyMemory<byte>? RowOf(StoredEvent e)
    {
        if (!IsRow(e))
            return null;
        using var outcome = JsonDocument.Parse(e.Data);
        return Row(e, outcome.RootElement);
    }

    /// <summary>What the manifest says of it.</summary>
    public ReadOnlyMemory<byte> Manifest(Func<string, OrderPolicy> policyOf, DateTimeOffset createdAt, IReadOnlyList<ExportedFile> files, out ExportManifest manifest)
    {
        manifest = _tally.Fill(
            new()
            {
                CreatedAt = createdAt, From = period.From, To = period.To, Merchants = period.Within?.Order(StringComparer.Ordinal).ToList(),
                Policies = _tally.Merchants.ToDictionary(m => m, policyOf), EventsByType = new Dictionary<string, long>(), Chain = "", Sums = [], Files = [],
            },
            _line.Chain, files);
        return Encoding.UTF8.GetBytes(manifest.ToText());
    }

    public void Dispose() => _line.Dispose();

    private bool IsRow(StoredEvent e) => _tally.InPeriod(e) && StoredEvent.IsOutcome(e.Type);

    private static ReadOnlyMemory<byte> Row(StoredEvent e, JsonElement outcome) => Encoding.UTF8.GetBytes(ExportRow.Of(e, outcome) + "\n");
}
