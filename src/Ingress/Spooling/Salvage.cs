using Microsoft.Data.Sqlite;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>What was copied of a file.</summary>
/// <param name="Copied">Records in the new file.</param>
/// <param name="Missing">Places that could not be read; at least 1 when the file itself could not.</param>
internal sealed record Salvaged(long Copied, long Missing);

/// <summary>Copies what can be read of a damaged file, place by place where it must.</summary>
internal static class Salvage
{
    private const int Together = 256;

    public static Salvaged Copy(string from, SpoolFile to)
    {
        try
        {
            using var source = SpoolFile.OpenToRead(from);
            var waiting = Copy(source, to, aside: false);
            var aside = Copy(source, to, aside: true);
            return new(waiting.Copied + aside.Copied, waiting.Missing + aside.Missing);
        }
        catch (SqliteException e) when (IsDamage(e))
        {
            return new(0, 1);
        }
    }

    private static Salvaged Copy(SpoolFile source, SpoolFile target, bool aside)
    {
        var (next, last) = source.Range(aside);
        var (copied, missing) = (0L, 0L);
        while (next <= last && last > 0)
        {
            IReadOnlyList<SpooledRecord> records;
            try
            {
                records = source.Read(next - 1, Together, aside);
                if (records.Count == 0)
                    break;
                next = records[^1].Sequence + 1;
            }
            catch (SqliteException e) when (IsDamage(e))
            {
                var until = Math.Min(next + Together, last + 1);
                records = OneByOne(source, next, until, aside, ref missing);
                next = until;
            }

            target.Append([.. records.Select(r => r.Record)], aside);
            copied += records.Count;
        }

        return new(copied, missing);
    }

    private static List<SpooledRecord> OneByOne(SpoolFile source, long from, long until, bool aside, ref long missing)
    {
        var records = new List<SpooledRecord>();
        for (var place = from; place < until; place++)
        {
            try
            {
                if (source.ReadOne(place, aside) is { } record)
                    records.Add(record);
            }
            catch (SqliteException e) when (IsDamage(e))
            {
                missing++;
            }
        }

        return records;
    }

    private static bool IsDamage(SqliteException e) => e.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_ERROR;
}
