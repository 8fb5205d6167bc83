using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Due;

/// <summary>A payment that is to be asked about now.</summary>
/// <param name="Key">The payment.</param>
/// <param name="Reason">What it waits for: the provider's status, <c>no answer</c>, <c>keys refused</c>, <c>not asked</c>, <c>announced</c>.</param>
/// <param name="Attempts">How many questions in a row went unanswered.</param>
/// <param name="TraceParent">The trace that it belongs to.</param>
public sealed record DuePayment(PaymentKey Key, string Reason, int Attempts, string? TraceParent);

/// <summary>Whose rows are claimed.</summary>
/// <param name="Names">Merchants.</param>
/// <param name="Only">True: the rows of these. False: of all but these.</param>
public sealed record DueMerchants(IReadOnlyCollection<string> Names, bool Only)
{
    /// <summary>The rows of one merchant.</summary>
    public static DueMerchants Of(string merchant) => new([merchant], Only: true);

    /// <summary>The rows of all but some.</summary>
    public static DueMerchants Except(IReadOnlyCollection<string> merchants) => new(merchants, Only: false);
}

/// <summary>How much waits.</summary>
/// <param name="Count">Rows.</param>
/// <param name="Overdue">Rows whose time has come.</param>
/// <param name="OldestOverdue">How long the longest overdue one has been so; zero when none is.</param>
public sealed record DueBacklog(long Count, long Overdue, TimeSpan OldestOverdue);

/// <summary>The rows of what is due. Any number of workers; no leader.</summary>
public sealed class DueQueue(NpgsqlDataSource dataSource, LedgerOptions options)
{
    /// <summary>The reason of a payment that waits until its merchant's keys are right.</summary>
    public const string KeysRefused = "keys refused";

    private readonly string _table = $"{options.Schema}.{DueTable.Name}";

    /// <summary>
    /// Takes rows whose time has come, pushing each ahead by a lease: a worker that dies gives them back by that alone,
    /// and no transaction stays open while KKiaPay is asked.
    /// </summary>
    /// <param name="limit">The most rows.</param>
    /// <param name="lease">How far they are pushed ahead.</param>
    /// <param name="merchants">Whose rows: those of these merchants, or of all but these.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<DuePayment>> ClaimAsync(
        int limit, TimeSpan lease, DueMerchants merchants, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            update {_table} set due_at = clock_timestamp() + $1
            where stream_id in (
                select stream_id from {_table} where due_at <= clock_timestamp() and (merchant = any($3)) = $4 order by due_at limit $2 for update skip locked)
            returning merchant, transaction_id, reason, attempts, traceparent
            """);
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = merchants.Names.ToArray() });
        command.Parameters.Add(new() { Value = merchants.Only });
        var due = new List<DuePayment>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            due.Add(new(
                new(reader.GetString(0), reader.GetString(1)), reader.GetString(2), reader.GetInt32(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
        return due;
    }

    /// <summary>How much waits.</summary>
    public async Task<DueBacklog> BacklogAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select count(*), count(*) filter (where due_at <= now()), coalesce(now() - min(due_at) filter (where due_at <= now()), interval '0') from {_table}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(reader.GetInt64(0), reader.GetInt64(1), reader.GetTimeSpan(2));
    }

    /// <summary>How many payments wait because KKiaPay refuses a merchant's keys, by merchant.</summary>
    public async Task<IReadOnlyDictionary<string, long>> KeysRefusedAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select merchant, count(*) from {_table} where reason = '{KeysRefused}' group by merchant");
        var waiting = new Dictionary<string, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            waiting.Add(reader.GetString(0), reader.GetInt64(1));
        return waiting;
    }
}
