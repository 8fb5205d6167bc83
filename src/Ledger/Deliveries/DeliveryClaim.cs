using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Payments;
using Npgsql;

namespace KkiaEvents.Ledger.Deliveries;

/// <summary>An outcome that the bus has not taken yet.</summary>
/// <param name="EventId">The outcome's id, and the bus message's.</param>
/// <param name="Key">The payment.</param>
/// <param name="Outcome">The stored event; null when it can't be read.</param>
/// <param name="Problem">Why it can't be read; null when it can.</param>
/// <param name="Attempts">How often delivering it has failed.</param>
/// <param name="ReceivedAt">When the first webhook arrived, UTC.</param>
/// <param name="TraceParent">The trace that it belongs to.</param>
public sealed record UndeliveredOutcome(
    Guid EventId, PaymentKey Key, OrderEvent? Outcome, string? Problem, int Attempts, DateTimeOffset? ReceivedAt, string? TraceParent);

/// <summary>Rows held for delivering. Disposed without <see cref="CompleteAsync"/>, they are as they were.</summary>
public sealed class DeliveryClaim : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _table;

    internal DeliveryClaim(NpgsqlConnection connection, NpgsqlTransaction transaction, string table, IReadOnlyList<UndeliveredOutcome> outcomes)
    {
        _connection = connection;
        _transaction = transaction;
        _table = table;
        Outcomes = outcomes;
    }

    /// <summary>The outcomes, oldest first.</summary>
    public IReadOnlyList<UndeliveredOutcome> Outcomes { get; }

    /// <summary>Stamps what the broker confirmed, puts off what failed, and commits both.</summary>
    /// <param name="delivered">Event ids that the broker confirmed, with whether a queue took them.</param>
    /// <param name="failed">Event ids that it did not, with why and how long to wait.</param>
    /// <param name="cancellationToken">Stops before the commit: the confirmed ones will then be repeated, with the same id.</param>
    public async Task CompleteAsync(
        IReadOnlyList<(Guid EventId, bool Routed)> delivered,
        IReadOnlyList<(Guid EventId, string Error, TimeSpan Wait)> failed,
        CancellationToken cancellationToken)
    {
        await using (var batch = new NpgsqlBatch(_connection, _transaction))
        {
            if (delivered.Count > 0)
                batch.BatchCommands.Add(new(
                    $"update {_table} d set delivered_at = clock_timestamp(), routed = r.routed from unnest($1, $2) as r(id, routed) where d.event_id = r.id")
                {
                    Parameters = { new() { Value = delivered.Select(d => d.EventId).ToArray() }, new() { Value = delivered.Select(d => d.Routed).ToArray() } },
                });
            if (failed.Count > 0)
                batch.BatchCommands.Add(new(
                    $"update {_table} d set attempts = d.attempts + 1, last_error = r.error, not_before = clock_timestamp() + r.wait from unnest($1, $2, $3) as r(id, error, wait) where d.event_id = r.id")
                {
                    Parameters =
                    {
                        new() { Value = failed.Select(f => f.EventId).ToArray() },
                        new() { Value = failed.Select(f => f.Error).ToArray() },
                        new() { Value = failed.Select(f => f.Wait).ToArray() },
                    },
                });
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await _transaction.CommitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
