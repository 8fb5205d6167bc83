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
        var (selection, parameters) = new ExportPeriod(from, to).Selection(events.Schema);
        return await WriteAsync(
            directory, events.ReadAsync($"{selection} order by seq_id", parameters, cancellationToken), policyOf, time.GetUtcNow(), from, to, progress, cancellationToken);
    }

    /// <summary>Opens the ledger as it is now, for an export that is written as it is read.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database can't be reached.</exception>
    public Task<ExportStream> OpenAsync(ExportPeriod period, CancellationToken cancellationToken = default) =>
        ExportStream.OpenAsync(events, period, policyOf, time.GetUtcNow(), cancellationToken);

    /// <summary>The same as <see cref="WriteAsync(string, DateTimeOffset?, DateTimeOffset?, IProgress{ExportProgress}?, CancellationToken)"/> for any events in order of position.</summary>
    public static async Task<ExportManifest> WriteAsync(
        string directory, IAsyncEnumerable<StoredEvent> events, Func<string, OrderPolicy> policyOf, DateTimeOffset createdAt,
        DateTimeOffset? from = null, DateTimeOffset? to = null, IProgress<ExportProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(directory);
        var manifestPath = Path.Combine(directory, ExportManifest.FileName);
        if (File.Exists(manifestPath))
            throw new IOException($"{manifestPath} exists: an export is never written over another. Name a new directory.");

        using var content = new ExportContent(new(from, to));
        await using var ndjson = ExportFileWriter.In(directory, ExportManifest.EventsFile);
        await using var csv = ExportFileWriter.In(directory, ExportManifest.OutcomesFile);
        await csv.WriteLineAsync(ExportContent.Head, cancellationToken);
        var bytes = 0L;
        await foreach (var e in events.WithCancellation(cancellationToken))
        {
            var (line, row) = content.Next(e);
            bytes += line.Length;
            await ndjson.WriteLineAsync(line, cancellationToken);
            if (row is { } outcome)
                await csv.WriteLineAsync(outcome, cancellationToken);
            if (content.Count % ReportEvery == 0)
                progress?.Report(new(content.Count, bytes));
        }

        progress?.Report(new(content.Count, bytes));
        var text = content.Manifest(policyOf, createdAt, [await ndjson.CompleteAsync(cancellationToken), await csv.CompleteAsync(cancellationToken)], out var manifest);
        await using var last = ExportFileWriter.In(directory, ExportManifest.FileName);
        await last.WriteLineAsync(text, cancellationToken);
        await last.CompleteAsync(cancellationToken);
        return manifest;
    }
}
