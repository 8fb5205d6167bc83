using Microsoft.Data.Sqlite;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>The statements for one of the file's two tables of records.</summary>
/// <param name="connection">The file.</param>
/// <param name="name">The table.</param>
/// <param name="opening">Which opening of which file this is: places of another one are not touched.</param>
internal sealed class SpoolTable(SpoolConnection connection, string name, long opening)
{
    private const string Columns = "delivery_id, type, spooled_at, content, checksum";

    /// <summary>The smallest record takes more than 150 bytes of a page.</summary>
    private const long MostRecordsOnAPage = SpoolConnection.PageBytes / 150;

    public static string Create(string name) =>
        $"create table if not exists {name} (sequence integer primary key autoincrement, delivery_id text not null, type text not null, spooled_at integer not null, content blob not null, checksum blob not null);";

    /// <summary>How many records there are. Reads them all.</summary>
    public long Count() => connection.Number($"select count(*) from {name}");

    /// <summary>Since when the first of them waits, UTC; null when none does, or when the first is damaged and does not say.</summary>
    public DateTimeOffset? Oldest() =>
        connection.NumberOrNull($"select spooled_at from {name} order by sequence limit 1") is { } ticks and > 0 && ticks <= DateTime.MaxValue.Ticks ? new(ticks, TimeSpan.Zero) : null;

    /// <summary>Adds them in their order, within a transaction.</summary>
    public void Insert(IReadOnlyList<SpoolRecord> records)
    {
        using var insert = connection.Command($"insert into {name} ({Columns}) values ($id, $type, $at, $content, $checksum)");
        var (id, type) = (insert.Parameters.Add("$id", SqliteType.Text), insert.Parameters.Add("$type", SqliteType.Text));
        var at = insert.Parameters.Add("$at", SqliteType.Integer);
        var (content, checksum) = (insert.Parameters.Add("$content", SqliteType.Blob), insert.Parameters.Add("$checksum", SqliteType.Blob));
        insert.Prepare();
        foreach (var record in records)
        {
            (id.Value, type.Value, at.Value) = (record.DeliveryId.ToString("n"), record.Type, record.SpooledAt.UtcTicks);
            (content.Value, checksum.Value) = (record.Content, record.Checksum);
            insert.ExecuteNonQuery();
        }
    }

    /// <summary>The first records after a place, in their order.</summary>
    public IReadOnlyList<SpooledRecord> Read(long after, int most)
    {
        using var command = connection.Command($"select sequence, {Columns} from {name} where sequence > $after order by sequence limit $most");
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$most", most);
        return ReadAll(command);
    }

    /// <summary>One record; null when there is none at this place.</summary>
    public SpooledRecord? ReadOne(long sequence)
    {
        using var command = connection.Command($"select sequence, {Columns} from {name} where sequence = $sequence");
        command.Parameters.AddWithValue("$sequence", sequence);
        return ReadAll(command) is [var one] ? one : null;
    }

    /// <summary>Copies records to the other table, within a transaction.</summary>
    public void CopyTo(SpoolTable other, IReadOnlyList<SpooledRecord> records) =>
        other.ForEach($"insert into {other.Name} ({Columns}) select {Columns} from {name} where sequence = $sequence", records);

    /// <summary>Deletes them, within a transaction.</summary>
    /// <returns>How many there were.</returns>
    public int Delete(IReadOnlyList<SpooledRecord> records) => ForEach($"delete from {name} where sequence = $sequence", records);

    /// <summary>Between which places records can be, also when the table's first or last page is damaged.</summary>
    /// <exception cref="SqliteException">Too much of the file is damaged to say.</exception>
    public (long First, long Last) Places()
    {
        var given = OrNull($"select seq from sqlite_sequence where name = '{name}'");
        var last = OrNull($"select max(sequence) from {name}");
        if (given is null && last is null)
            _ = connection.Number($"select max(sequence) from {name}");
        var end = Math.Max(given ?? 0, last ?? 0);
        return (OrNull($"select min(sequence) from {name}") ?? Math.Max(1, end - MostRecords()), end);
    }

    /// <summary>No more records than this fit into the file.</summary>
    public long MostRecords() => connection.Number("pragma page_count") * MostRecordsOnAPage;

    private string Name => name;

    private long? OrNull(string sql)
    {
        try
        {
            return connection.NumberOrNull(sql);
        }
        catch (SqliteException e) when (SpoolDamage.Is(e))
        {
            return null;
        }
    }

    private int ForEach(string sql, IReadOnlyList<SpooledRecord> records)
    {
        using var command = connection.Command(sql);
        var parameter = command.Parameters.Add("$sequence", SqliteType.Integer);
        var changed = 0;
        foreach (var record in records.Where(r => r.Opening == opening))
        {
            parameter.Value = record.Sequence;
            changed += command.ExecuteNonQuery();
        }

        return changed;
    }

    private List<SpooledRecord> ReadAll(SqliteCommand command)
    {
        using var row = command.ExecuteReader();
        var records = new List<SpooledRecord>();
        while (row.Read())
        {
            // A damaged page can hold anything; what is no value of its column has no right checksum either.
            _ = Guid.TryParse(row.GetValue(1) as string, out var id);
            var ticks = row.GetValue(3) is long number && number >= 0 && number <= DateTime.MaxValue.Ticks ? number : 0;
            records.Add(new(opening, row.GetInt64(0), new(
                id, row.GetValue(2) as string ?? "", new(ticks, TimeSpan.Zero), row.GetValue(4) as byte[] ?? [], row.GetValue(5) as byte[] ?? [])));
        }

        return records;
    }
}
