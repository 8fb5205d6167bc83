using System.Data;
using System.IO.Compression;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>
/// An export that is written as a zip while it is read, with no file in between and the same memory whatever the ledger's
/// size. The outcomes are read a second time for their own file: in one snapshot, so both say the same.
/// </summary>
public sealed class ExportStream : IAsyncDisposable
{
    private static readonly string[] OutcomeTypes = [.. StoredTypes.ByName.Keys.Where(StoredEvent.IsOutcome)];

    private readonly NpgsqlConnection _connection;
    private readonly EventReader _events;
    private readonly ExportPeriod _period;
    private readonly Func<string, OrderPolicy> _policyOf;
    private readonly DateTimeOffset _createdAt;

    private ExportStream(NpgsqlConnection connection, EventReader events, ExportPeriod period, Func<string, OrderPolicy> policyOf, DateTimeOffset createdAt) =>
        (_connection, _events, _period, _policyOf, _createdAt) = (connection, events, period, policyOf, createdAt);

    internal static async Task<ExportStream> OpenAsync(
        EventReader events, ExportPeriod period, Func<string, OrderPolicy> policyOf, DateTimeOffset createdAt, CancellationToken cancellationToken)
    {
        var connection = await events.DataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            // The first query of a transaction takes its snapshot. A client that reads slowly leaves PostgreSQL nothing to do
            // for longer than a replica may idle; the writer has a deadline of its own.
            await using var command = new NpgsqlCommand("set transaction read only; set local idle_in_transaction_session_timeout = 0; select 1", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new(connection, events, period, policyOf, createdAt);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes the zip. If it throws, the part that was written does not open.</summary>
    public Task<ExportManifest> WriteAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        var (selection, parameters) = _period.Selection(_events.Schema);
        return WriteAsync(
            destination,
            () => _events.ReadAsync(_connection, $"{selection} order by seq_id", parameters, cancellationToken),
            () => _events.ReadAsync(_connection, $"{selection} and type = any(${parameters.Length + 1}) order by seq_id", [.. parameters, OutcomeTypes], cancellationToken),
            _period, _policyOf, _createdAt, cancellationToken);
    }

    /// <summary>The same for any events in order of position.</summary>
    /// <param name="destination">Where to; it need not seek, and is left open.</param>
    /// <param name="all">Reads the events.</param>
    /// <param name="outcomes">Reads them again, or at least those that are outcomes.</param>
    /// <param name="period">What the events are of.</param>
    /// <param name="policyOf">A merchant's rules.</param>
    /// <param name="createdAt">When the snapshot is of, UTC.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ExportManifest> WriteAsync(
        Stream destination, Func<IAsyncEnumerable<StoredEvent>> all, Func<IAsyncEnumerable<StoredEvent>> outcomes, ExportPeriod period,
        Func<string, OrderPolicy> policyOf, DateTimeOffset createdAt, CancellationToken cancellationToken = default)
    {
        using var content = new ExportContent(period);
        // Disposed only at the end: disposing writes the zip's directory, and without that no part of it passes for a whole one.
        var zip = await ZipArchive.CreateAsync(destination, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        var events = await FileAsync(zip, ExportManifest.EventsFile, async file =>
        {
            await foreach (var e in all().WithCancellation(cancellationToken))
                await file.WriteLineAsync(content.Next(e).Line, cancellationToken);
        }, cancellationToken);
        var rows = await FileAsync(zip, ExportManifest.OutcomesFile, async file =>
        {
            await file.WriteLineAsync(ExportContent.Head, cancellationToken);
            await foreach (var e in outcomes().WithCancellation(cancellationToken))
            {
                if (content.RowOf(e) is { } row)
                    await file.WriteLineAsync(row, cancellationToken);
            }
        }, cancellationToken);
        var text = content.Manifest(policyOf, createdAt, [events, rows], out var manifest);
        await FileAsync(zip, ExportManifest.FileName, async file => await file.WriteLineAsync(text, cancellationToken), cancellationToken);
        await zip.DisposeAsync();
        await destination.FlushAsync(cancellationToken);
        return manifest;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task<ExportedFile> FileAsync(ZipArchive zip, string name, Func<ExportFileWriter, Task> write, CancellationToken cancellationToken)
    {
        var stream = await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellationToken);
        var file = new ExportFileWriter(name, stream);
        await write(file);
        var exported = await file.CompleteAsync(cancellationToken);
        await file.DisposeAsync();
        return exported;
    }
}
