using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>One order that many payments in review name.</summary>
/// <param name="Merchant">The merchant.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Payments">How many payments in review name it.</param>
public sealed record RepeatedOrder(string Merchant, string OrderId, long Payments);

/// <summary>
/// Finds what shops send with every payment where an order id belongs, such as a constant <c>partnerId</c>: the first payment
/// holds that "order", and the others come to review.
/// </summary>
public sealed class RepeatedOrders(NpgsqlDataSource dataSource, LedgerOptions options)
{
    /// <summary>From so many payments in review on, beside the one that holds the order: a buyer who pays twice by mistake makes one.</summary>
    public const int Many = 3;

    private const int Most = 100;

    // What a payment is flagged with for the order that it names, once its money came.
    private static readonly string[] About = [nameof(FlagReason.AlreadyPaid), nameof(FlagReason.AmountMismatch), nameof(FlagReason.OrderMismatch), nameof(FlagReason.Unannounced)];

    /// <summary>Orders that at least <see cref="Many"/> payments in review name, the most often named first, at most 100; reads flagged payments only, by their index.</summary>
    public async Task<IReadOnlyList<RepeatedOrder>> FindAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        // PostgreSQL takes nearly every payment for flagged, statistics or not, and would read them all.
        command.CommandText = "set local enable_seqscan = off";
        await command.ExecuteNonQueryAsync(cancellationToken);
        command.CommandText =
            $"""
            select data ->> 'merchant', data ->> 'orderId', count(*) from {options.Schema}.mt_doc_payment
            where (data -> 'flags') <> '[]'::jsonb and jsonb_exists_any(data -> 'flags', $1) and data ->> 'orderId' is not null
            group by 1, 2 having count(*) >= $2 order by 3 desc, 1, 2 limit {Most}
            """;
        command.Parameters.Add(new() { Value = About });
        command.Parameters.Add(new() { Value = Many });
        var found = new List<RepeatedOrder>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        return found;
    }
}
