using Npgsql;

namespace KkiaEvents.Chaos.Observing;

/// <summary>What the ledger still holds open: outcomes that the bus has not taken, and payments that will be asked about.</summary>
/// <param name="Transactions">Of both kinds.</param>
/// <param name="Undelivered">How many outcomes.</param>
/// <param name="Soon">How many payments will be asked about within <see cref="Near"/>: worth waiting for.</param>
internal sealed record OpenRows(IReadOnlySet<string> Transactions, int Undelivered, int Soon)
{
    public static readonly TimeSpan Near = TimeSpan.FromSeconds(16);

    public static async Task<OpenRows> ReadAsync(string ledger, CancellationToken cancellation)
    {
        await using var dataSource = NpgsqlDataSource.Create(ledger);
        await using var command = dataSource.CreateCommand(
            """
            select transaction_id, false, due_at < now() + $1 from kkiaevents.due
            union all select transaction_id, true, false from kkiaevents.deliveries where delivered_at is null
            """);
        command.Parameters.Add(new() { Value = Near });
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var (transactions, undelivered, soon) = (new HashSet<string>(), 0, 0);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            transactions.Add(reader.GetString(0));
            undelivered += reader.GetBoolean(1) ? 1 : 0;
            soon += reader.GetBoolean(2) ? 1 : 0;
        }

        return new(transactions, undelivered, soon);
    }
}
