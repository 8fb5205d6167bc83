using System.Globalization;
using System.Text;
using System.Text.Json;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Lists payments. Reads only; pages by key, so a page costs the same wherever it is and none is shown twice while payments go on.</summary>
public sealed class PaymentQueries(NpgsqlDataSource dataSource, LedgerOptions options)
{
    private string FirstSeen { get; } = PaymentIndexes.FirstSeen(options.Schema, "p.data");

    /// <summary>One page.</summary>
    /// <exception cref="ArgumentException">The limit is out of range, or <see cref="PaymentFilter.After"/> is not from a page before.</exception>
    public async Task<PaymentPage> ListAsync(PaymentFilter filter, CancellationToken cancellationToken = default)
    {
        if (filter.Limit is < 1 or > PaymentFilter.MaxLimit)
            throw new ArgumentException($"The limit must be 1 to {PaymentFilter.MaxLimit}.", nameof(filter));
        await using var command = dataSource.CreateCommand();
        command.CommandText =
            // The page first, then what is said about its payments: never a look at every delivery.
            $"""
            select p.data::text, p.mt_version::bigint, p.first_seen, d.due_at,
                   exists (select 1 from {options.Schema}.deliveries u where u.stream_id = p.id and u.delivered_at is null)
            from (select p.id, p.data, p.mt_version, {FirstSeen} as first_seen from {options.Schema}.mt_doc_payment p
                  where {Where(filter, command.Parameters)}
                  order by {FirstSeen} desc, p.id desc limit {filter.Limit + 1}) p
            left join {options.Schema}.due d on d.stream_id = p.id
            order by p.first_seen desc, p.id desc
            """;
        var listed = new List<ListedPayment>();
        var (next, last) = ((string?)null, default(DateTimeOffset));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (listed.Count == filter.Limit)
            {
                next = Mark(last, listed[^1].Payment.Id);
                break;
            }

            var payment = (Payment)JsonSerializer.Deserialize(reader.GetString(0), AuditJson.Options.GetTypeInfo(typeof(Payment)))!;
            payment.Version = (int)reader.GetInt64(1);
            last = reader.GetFieldValue<DateTimeOffset>(2);
            listed.Add(new(payment, reader.GetBoolean(4), reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return new(listed, next);
    }

    private string Where(PaymentFilter filter, NpgsqlParameterCollection parameters)
    {
        var conditions = new List<string> { "true" };
        void Add(string condition, object value)
        {
            parameters.Add(new() { Value = value });
            conditions.Add(string.Format(CultureInfo.InvariantCulture, condition, $"${parameters.Count}"));
        }

        if (filter.State is { } state)
            Add("p.data ->> 'outcome' = {0}", state.ToString());
        if (filter.Flag is { } flag)
            Add("p.data -> 'flags' <> '[]'::jsonb and jsonb_exists(p.data -> 'flags', {0})", flag.ToString());
        if (filter.Merchant is { } merchant)
            Add("p.data ->> 'merchant' = {0}", merchant);
        if (filter.Within is { } within)
            Add("p.data ->> 'merchant' = any({0})", within.ToArray());
        if (filter.OrderId is { } order)
            Add("p.data ->> 'orderId' = any({0})", OrderIdForm.Written(order));
        if (filter.From is { } from)
            Add(FirstSeen + " >= {0}", from.ToUniversalTime());
        if (filter.To is { } to)
            Add(FirstSeen + " < {0}", to.ToUniversalTime());
        if (filter.MinAmount is { } least)
            Add("(p.data ->> 'amount')::bigint >= {0}", least);
        if (filter.MaxAmount is { } most)
            Add("(p.data ->> 'amount')::bigint <= {0}", most);
        if (filter.Method is { } method)
            Add("upper(p.data ->> 'method') = upper({0})", method);
        // From the few rows to the payments, never the other way round.
        if (filter.Undelivered)
            conditions.Add($"p.id in (select stream_id from {options.Schema}.deliveries where delivered_at is null)");
        if (filter.Due)
            conditions.Add($"p.id in (select stream_id from {options.Schema}.due)");
        if (filter.After is { } after)
        {
            var (at, id) = Unmark(after);
            parameters.Add(new() { Value = at });
            parameters.Add(new() { Value = id });
            conditions.Add($"({FirstSeen}, p.id) < (${parameters.Count - 1}, ${parameters.Count})");
        }

        return string.Join(" and ", conditions);
    }

    // The time as PostgreSQL rounded it: it halves to the even microsecond, and a mark that is one off shows a payment twice.
    private static string Mark(DateTimeOffset firstSeen, string id) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{firstSeen.UtcTicks / TimeSpan.TicksPerMicrosecond}|{id}")))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static (DateTimeOffset At, string Id) Unmark(string mark)
    {
        try
        {
            var padded = mark.Replace('-', '+').Replace('_', '/').PadRight((mark.Length + 3) / 4 * 4, '=');
            if (Encoding.UTF8.GetString(Convert.FromBase64String(padded)).Split('|', 2) is [var at, { Length: > 0 } id])
                return (new(long.Parse(at, CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero), id);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            // Said below, as for any other text.
        }

        throw new ArgumentException("After is not where a page ended: give what the page before said as next.", nameof(mark));
    }
}
