using System.Text.Json;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Ledger.Due;

/// <summary>
/// One row to write: the columns by name, as JSON carries them. It is due so many seconds after the commit by the database's
/// clock, which all replicas share: one whose own clock is wrong would else put a payment off by as much.
/// </summary>
internal sealed record DueRow(
    string StreamId, string Merchant, string TransactionId, string Reason, DateTimeOffset Since, double WaitSeconds, int Attempts, string? LastError, string? Traceparent)
{
    /// <summary>Payments of one merchant that are to be asked about at once, as the argument of <see cref="UpsertSql"/>.</summary>
    public static string AtOnce(string merchant, IEnumerable<string> transactionIds, string reason, DateTimeOffset since) => JsonSerializer.Serialize(
        transactionIds.Distinct().Select(id => new DueRow(new PaymentKey(merchant, id).StreamId, merchant, id, reason, since, 0, 0, null, null)), LedgerStore.Json);

    // One whose time has come was made due at once by an announcement, a release or an operator since it was claimed, or is
    // not claimed yet: it stays, so that the payment is decided with what is known by now.
    public static string UpsertSql(string schema) =>
        $"""
        insert into {schema}.{DueTable.Name} as d (stream_id, merchant, transaction_id, reason, since, due_at, attempts, last_error, traceparent)
        select "streamId", merchant, "transactionId", reason, since, clock_timestamp() + make_interval(secs => "waitSeconds"), attempts, "lastError", traceparent
        from jsonb_to_recordset(?::jsonb) as r("streamId" text, merchant text, "transactionId" text, reason text, since timestamptz, "waitSeconds" double precision, attempts integer, "lastError" text, traceparent text)
        on conflict (stream_id) do update set
            reason = excluded.reason, due_at = case when d.due_at <= clock_timestamp() then d.due_at else excluded.due_at end, attempts = excluded.attempts, last_error = excluded.last_error,
            traceparent = coalesce(d.traceparent, excluded.traceparent)
        """;

    public static string DeleteSql(string schema) =>
        $"delete from {schema}.{DueTable.Name} where stream_id in (select jsonb_array_elements_text(?::jsonb)) and due_at > clock_timestamp()";
}
