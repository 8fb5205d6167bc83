namespace KkiaEvents.Ledger.Auditing;

/// <summary>What an export is of.</summary>
/// <param name="From">The period's first moment, UTC; null for the ledger's beginning.</param>
/// <param name="To">The period's end, UTC, exclusive; null for none.</param>
/// <param name="Within">The only merchants whose payments and orders are in it; null for everything, operators' records too.</param>
public sealed record ExportPeriod(DateTimeOffset? From = null, DateTimeOffset? To = null, IReadOnlyCollection<string>? Within = null)
{
    // Whole streams, and with each payment its order's announcements, those of the order's look-alikes, and the order's other
    // payments: a decision is held against what it was taken from, some of which lies before the period.
    internal (string Condition, object[] Parameters) Selection(string schema)
    {
        if (From is null && To is null)
            return Within is null ? ("true", []) : (Streams("$1"), [Within.ToArray()]);
        var condition = $"""
            timestamp < $2 and stream_id in (
              with touched as (select distinct stream_id from {schema}.mt_events where timestamp >= $1 and timestamp < $2),
              named as (
                select data ->> 'merchant' as merchant, data ->> 'orderId' as order_id from {schema}.mt_doc_payment
                where id in (select stream_id from touched) and data ->> 'orderId' is not null
                union select split_part(stream_id, '/', 2), regexp_replace(stream_id, '^order/[^/]+/', '') from touched where stream_id ~ '^order/[^/]+/'),
              orders as (
                select merchant, order_id from named
                union select alike.data ->> 'merchant', alike.data ->> 'orderId' from named
                join {schema}.mt_doc_order own on own.id = named.merchant || '/' || named.order_id
                join {schema}.mt_doc_order alike on alike.data ->> 'foldedId' = own.data ->> 'foldedId')
              select stream_id from touched
              union select 'order/' || merchant || '/' || order_id from orders
              union select p.id from {schema}.mt_doc_payment p join orders o on p.data ->> 'orderId' = o.order_id and p.data ->> 'merchant' = o.merchant
              union select o.merchant || '/' || jsonb_array_elements_text(d.data -> 'transactions') from {schema}.mt_doc_order d join orders o on d.id = o.merchant || '/' || o.order_id)
            """;
        object[] times = [(From ?? DateTimeOffset.UnixEpoch).ToUniversalTime(), (To ?? new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero)).ToUniversalTime()];
        return Within is null ? (condition, times) : ($"{condition} and {Streams("$3")}", [.. times, Within.ToArray()]);
    }

    // By the stream's name, which is what says whose it is; a merchant may be called "order".
    private static string Streams(string merchants) =>
        $"case when stream_id like 'order/%/%' then split_part(stream_id, '/', 2) when stream_id like '%/%/%' then null else split_part(stream_id, '/', 1) end = any({merchants})";
}
