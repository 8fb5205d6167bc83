using System.Text.Json;
using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Rechecks;

/// <summary>The rows of payments that are checked now and then. Any number of workers; no leader.</summary>
public sealed class RecheckQueue(NpgsqlDataSource dataSource, LedgerOptions options)
{
    // A repeated webhook says nothing new, and KKiaPay's five tries come within seconds: one question answers them all.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    // Rechecks wait while anything else is overdue by more than this.
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(5);

    private readonly string _table = $"{options.Schema}.{RecheckTable.Name}";

    /// <summary>True when KKiaPay's word on a payment may still change although nothing is waited for: its money is here.</summary>
    public static bool Concerns(Payment payment) =>
        payment is { LastStatus: Kkiapay.TransactionStatus.Complete, Outcome: PaymentOutcome.Paid or PaymentOutcome.Flagged or PaymentOutcome.Rejected };

    /// <summary>
    /// Takes payments whose time has come, while nothing else is overdue, pushing each ahead by a lease: a worker that dies,
    /// or gets no answer, gives them back by that alone.
    /// </summary>
    /// <param name="limit">The most.</param>
    /// <param name="lease">How far they are pushed ahead.</param>
    /// <param name="except">Merchants that KKiaPay is not to be asked about now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<PaymentKey>> ClaimAsync(int limit, TimeSpan lease, IReadOnlyCollection<string> except, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            update {_table} set check_at = clock_timestamp() + $1
            where stream_id in (
                select stream_id from {_table} where check_at <= clock_timestamp() and not merchant = any($3)
                    and not exists (select from {options.Schema}.{DueTable.Name} where due_at < clock_timestamp() - $4)
                order by check_at limit $2 for update skip locked)
            returning merchant, transaction_id
            """);
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = except.ToArray() });
        command.Parameters.Add(new() { Value = Overdue });
        var keys = new List<PaymentKey>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            keys.Add(new(reader.GetString(0), reader.GetString(1)));
        return keys;
    }

    /// <summary>Has payments checked within seconds.</summary>
    public async Task CheckSoonAsync(IEnumerable<PaymentKey> payments, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RecheckRow.SoonSql(options.Schema).Replace("?::jsonb", "$1::jsonb", StringComparison.Ordinal));
        command.Parameters.Add(new()
        {
            Value = JsonSerializer.Serialize(payments.Select(p => new RecheckRow(p.StreamId, p.Merchant, p.TransactionId, Soon.TotalSeconds)), LedgerStore.Json),
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
