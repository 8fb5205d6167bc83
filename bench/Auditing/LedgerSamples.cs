using System.Globalization;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Payments;
using Npgsql;

namespace KkiaEvents.Bench.Auditing;

/// <summary>What a filled ledger holds, and ids in it to ask for.</summary>
internal sealed record LedgerSamples(
    long Payments, long Events, string Transaction, string Order, string Middle, string MonthBegins, string MonthEnds, long EventsOfMonth)
{
    public static async Task<LedgerSamples> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        async Task<T> One<T>(string sql)
        {
            await using var command = database.CreateCommand(sql);
            return (T)(await command.ExecuteScalarAsync(cancellation))!;
        }

        var middle = new DateTimeOffset(await One<DateTime>("select min(timestamp) + (max(timestamp) - min(timestamp)) / 2 from kkiaevents.mt_events"));
        var (from, to) = (middle.Date, middle.Date.AddDays(30));
        return new(
            await One<long>("select count(*) from kkiaevents.mt_doc_payment"),
            await One<long>("select count(*) from kkiaevents.mt_events"),
            // Overtaken failures have the longest usual stories; the middle one is in nobody's cache by its age.
            await One<string>("select data ->> 'transactionId' from kkiaevents.mt_events where type = 'order_paid' and data ->> 'supersedesEventId' is not null order by seq_id offset 20 limit 1"),
            await One<string>("select data ->> 'orderId' from kkiaevents.mt_doc_order where jsonb_array_length(data -> 'transactions') = 2 order by id limit 1"),
            Text(middle.UtcDateTime),
            Text(from), Text(to),
            await One<long>(string.Create(CultureInfo.InvariantCulture, $"select count(*) from kkiaevents.mt_events where timestamp >= '{from:yyyy-MM-dd}Z' and timestamp < '{to:yyyy-MM-dd}Z'")));
    }

    /// <summary>Each filter of <c>kkia list</c>, and filters that find little, which cost the most.</summary>
    public static IEnumerable<(string Arguments, PaymentFilter Filter)> Filters(LedgerSamples facts) =>
    [
        ("", new()),
        ("--state Paid", new() { State = PaymentOutcome.Paid }),
        ("--state Flagged", new() { State = PaymentOutcome.Flagged }),
        ("--state Rejected", new() { State = PaymentOutcome.Rejected }),
        ("--flag UnknownTransaction", new() { Flag = FlagReason.UnknownTransaction }),
        ("--merchant shop-c", new() { Merchant = "shop-c" }),
        ($"--order {facts.Order}", new() { OrderId = facts.Order }),
        ($"--from {facts.MonthBegins} --to {facts.MonthEnds}", new() { From = At(facts.MonthBegins), To = At(facts.MonthEnds) }),
        ("--min-amount 150400", new() { MinAmount = 150_400 }),
        ("--max-amount 501", new() { MaxAmount = 501 }),
        ("--method CARD", new() { Method = "CARD" }),
        ("--method NONE", new() { Method = "NONE" }),
        ("--undelivered", new() { Undelivered = true }),
        ("--due", new() { Due = true }),
        ("--merchant shop-c --state Failed --method CARD --limit 1000", new() { Merchant = "shop-c", State = PaymentOutcome.Failed, Method = "CARD", Limit = 1000 }),
    ];

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
