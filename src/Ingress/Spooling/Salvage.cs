using System.Buffers.Binary;
using Microsoft.Data.Sqlite;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>What was copied of a file.</summary>
/// <param name="Copied">Records in the new file.</param>
/// <param name="Missing">Places that could not be read; at least 1 when the file itself could not.</param>
internal sealed record Salvaged(long Copied, long Missing);

/// <summary>Copies what can be read of a damaged file, each record once, place by place where it must.</summary>
internal sealed class Salvage
{
    private const int Together = 256;
    private readonly SpoolTable _source;
    private readonly Action<IReadOnlyList<SpoolRecord>> _keep;

    // A damaged tree can show the same page twice.
    private readonly HashSet<(long Sequence, long Checksum)> _seen = [];
    private long _missing;

    private Salvage(SpoolTable source, Action<IReadOnlyList<SpoolRecord>> keep) => (_source, _keep) = (source, keep);

    /// <exception cref="SqliteException">The disk refuses, or the new file can't be written.</exception>
    public static Salvaged Copy(string from, SpoolFile to)
    {
        SpoolFile source;
        try
        {
            source = SpoolFile.OpenToRead(from);
        }
        catch (SqliteException e) when (SpoolDamage.Is(e))
        {
            return new(0, 1);
        }

        using (source)
        {
            var waiting = new Salvage(source.Waiting, to.Append).Copy();
            var aside = new Salvage(source.Aside, to.AppendAside).Copy();
            return new(waiting.Copied + aside.Copied, waiting.Missing + aside.Missing);
        }
    }

    private Salvaged Copy()
    {
        if (Places() is not var (next, last))
            return new(0, 1);
        // A damaged number may make a table look endless.
        for (var tries = _source.MostRecords(); next <= last && tries > 0;)
        {
            var together = Read(next);
            if (together is null)
                tries -= Together;
            var records = together ?? OneByOne(next, Math.Min(next + Together, last + 1));
            Keep(records);
            if (together?.Count < Together)
                break;
            next = After(records, next);
        }

        return new(_seen.Count, _missing);
    }

    private void Keep(IReadOnlyList<SpooledRecord> records)
    {
        SpoolRecord[] fresh = [.. records.Where(r => _seen.Add((r.Sequence, KeyOf(r)))).Select(r => r.Record)];
        if (fresh.Length > 0)
            _keep(fresh);
    }

    private (long First, long Last)? Places()
    {
        try
        {
            return _source.Places();
        }
        catch (SqliteException e) when (SpoolDamage.Is(e))
        {
            return null;
        }
    }

    private IReadOnlyList<SpooledRecord>? Read(long next)
    {
        try
        {
            return _source.Read(next - 1, Together);
        }
        catch (SqliteException e) when (SpoolDamage.Is(e))
        {
            return null;
        }
    }

    private List<SpooledRecord> OneByOne(long from, long until)
    {
        var records = new List<SpooledRecord>();
        for (var place = from; place < until; place++)
        {
            try
            {
                if (_source.ReadOne(place) is { } record)
                    records.Add(record);
            }
            catch (SqliteException e) when (SpoolDamage.Is(e))
            {
                _missing++;
            }
        }

        return records;
    }

    // As many records as were asked for, all in order: the next lie behind them, and the last place but one is believed, for
    // the last may be a damaged number. Else no further than so many places, which they fill at least.
    private static long After(IReadOnlyList<SpooledRecord> records, long next) =>
        records.Count == Together && records[0].Sequence >= next && records.Zip(records.Skip(1)).All(pair => pair.First.Sequence < pair.Second.Sequence)
            ? records[^2].Sequence + 1
            : next + Together;

    private static long KeyOf(SpooledRecord record) => record.Record.Checksum is { Length: >= 8 } checksum ? BinaryPrimitives.ReadInt64LittleEndian(checksum) : record.Record.Content.Length;
}
