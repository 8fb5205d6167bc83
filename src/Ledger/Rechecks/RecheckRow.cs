namespace KkiaEvents.Ledger.Rechecks;

/// <summary>One row to write: the columns by name, as JSON carries them. Times go by the database's clock, which all replicas share.</summary>
internal sealed record RecheckRow(string StreamId, string Merchant, string TransactionId, double WaitSeconds)
{
    private const string Given = """jsonb_to_recordset(?::jsonb) as g("streamId" text, merchant text, "transactionId" text, "waitSeconds" double precision)""";

    /// <summary>A payment is to be checked after a wait; one that is to be checked already stays as it is.</summary>
    public static string InsertSql(string schema) => Insert(schema) + " on conflict (stream_id) do nothing";

    /// <summary>The same, and sooner where that is sooner.</summary>
    public static string SoonSql(string schema) =>
        Insert(schema) + " on conflict (stream_id) do update set check_at = least(r.check_at, excluded.check_at)";

    /// <summary>A payment was checked: the next time of the schedule, counted from the first row; none when there is none left. Arguments: ids, and the schedule in seconds.</summary>
    public static string AdvanceSql(string schema) =>
        $"""
        with checked as (
            select r.stream_id, (select min(r.since + make_interval(secs => w::double precision)) from jsonb_array_elements_text(?::jsonb) w
                                 where r.since + make_interval(secs => w::double precision) > clock_timestamp()) as next
            from {schema}.{RecheckTable.Name} r where r.stream_id in (select jsonb_array_elements_text(?::jsonb))),
        done as (delete from {schema}.{RecheckTable.Name} r using checked c where r.stream_id = c.stream_id and c.next is null)
        update {schema}.{RecheckTable.Name} r set check_at = c.next from checked c where r.stream_id = c.stream_id and c.next is not null
        """;

    public static string DeleteSql(string schema) =>
        $"delete from {schema}.{RecheckTable.Name} where stream_id in (select jsonb_array_elements_text(?::jsonb))";

    private static string Insert(string schema) =>
        $"""
        insert into {schema}.{RecheckTable.Name} as r (stream_id, merchant, transaction_id, since, check_at)
        select "streamId", merchant, "transactionId", clock_timestamp(), clock_timestamp() + make_interval(secs => "waitSeconds") from {Given} order by 1
        """;
}
