using System.Text;
using System.Text.Json;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>How far an export is.</summary>
/// <param name="Events">Events written.</param>
/// <param name="Bytes">Bytes of them.</param>
public sealed record ExportProgress(long Events, long Bytes);

/// <summary>
/// Writes the streams and outcomes of a period to files that can be checked without the database
/// (<see cref="ExportVerification"/>): row by row, in one snapshot, while payments go on.
/// </summary>
public sealed class LedgerExport(EventReader events, Func<string, OrderPolicy> policyOf, TimeProvider time)
{
    private const int ReportEvery = 1000;

    /// <summary>Writes an export.</summary>
    /// <param name="directory">Where to; made when it is not there.</param>
    /// <param name="from">The period's first moment, UTC; null for the ledger's beginning.</param>
    /// <param name="to">The period's end, UTC, itself not in it; null for none.</param>
    /// <param name="progress">Told every thousand events.</param>
    /// <param name="cancellationToken">Ends it; without a manifest, the files are unfinished.</param>
    /// <exception cref="IOException">The directory holds an export already, or can't be written.</exception>
    public async Task<ExportManifest> WriteAsync(
        string directory, DateTimeOffset? from = null, DateTimeOffset? to = null, IProgress<ExportProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var (selection, parameters) = Selection(from, to);
        return await WriteAsync(directory, events.ReadAsync(selection, parameters, cancellationToken), policyOf, time.GetUtcNow(), from, to, progress, cancellationToken);
    }

    /// <summary>The same for any events in order of position.</summary>
    public static async Task<ExportManifest> WriteAsync(
        string directory, IAsyncEnumerable<StoredEvent> events, Func<string, OrderPolicy> policyOf, DateTimeOffset createdAt,
        DateTimeOffset? from = null, DateTimeOffset? to = null, IProgress<ExportProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(directory);
        var manifestPath = Path.Combine(directory, ExportManifest.FileName);
        if (File.Exists(manifestPath))
            throw new IOException($"{manifestPath} exists: an export is never written over another. Name a new directory.");

        var tally = new ExportTally(from, to);
        using var line = new ExportLine();
        await using var ndjson = new ExportFileWriter(directory, ExportManifest.EventsFile);
        await using var csv = new ExportFileWriter(directory, ExportManifest.OutcomesFile);
        await csv.WriteLineAsync(Encoding.UTF8.GetBytes(ExportRow.Head + "\n"), cancellationToken);
        var (count, bytes) = (0L, 0L);
        await foreach (var e in events.WithCancellation(cancellationToken))
        {
            var context = !tally.InPeriod(e);
            var written = line.Write(++count, e, context);
            bytes += written.Length;
            await ndjson.WriteLineAsync(written, cancellationToken);
            if (!context && StoredEvent.IsOutcome(e.Type))
            {
                using var outcome = JsonDocument.Parse(e.Data);
                tally.Add(e, outcome.RootElement);
                await csv.WriteLineAsync(Encoding.UTF8.GetBytes(ExportRow.Of(e, outcome.RootElement) + "\n"), cancellationToken);
            }
            else
            {
                tally.Add(e, null);
            }

            if (count % ReportEvery == 0)
                progress?.Report(new(count, bytes));
        }

        progress?.Report(new(count, bytes));
        var manifest = tally.Fill(
            new()
            {
                CreatedAt = createdAt, From = from, To = to, Policies = tally.Merchants.ToDictionary(m => m, policyOf),
                EventsByType = new Dictionary<string, long>(), Chain = "", Sums = [], Files = [],
            },
            line.Chain, [await ndjson.CompleteAsync(cancellationToken), await csv.CompleteAsync(cancellationToken)]);
        await using var last = new ExportFileWriter(directory, ExportManifest.FileName);
        await last.WriteLineAsync(Encoding.UTF8.GetBytes(manifest.ToText()), cancellationToken);
        await last.CompleteAsync(cancellationToken);
        return manifest;
    }

    // Whole streams, and with each payment its order's announcements, those of the order's look-alikes, and the order's other
    // payments: a decision is held against what it was taken from, some of which lies before the period.
    private (string Condition, object[] Parameters) Selection(DateTimeOffset? from, DateTimeOffset? to)
    {
        if (from is null && to is null)
            return ("true order by seq_id", []);
        var schema = events.Schema;
        return ($"""
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
            order by seq_id
            """,
            [(from ?? DateTimeOffset.UnixEpoch).ToUniversalTime(), (to ?? new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero)).ToUniversalTime()]);
    }
}
