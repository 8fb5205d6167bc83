using Npgsql;

namespace KkiaEvents.Bench.Observing;

/// <summary>What the ledger itself says in the end: the bus could hide what it was never told.</summary>
/// <param name="Paid">OrderPaid events in the streams of a series.</param>
/// <param name="PaidPayments">Streams that have one.</param>
/// <param name="Undelivered">Outcomes that the bus has not taken.</param>
/// <param name="Due">Payments that wait to be asked about.</param>
internal sealed record LedgerRows(long Paid, long PaidPayments, long Undelivered, long Due)
{
    public static async Task<LedgerRows> ReadAsync(string connectionString, string prefix, CancellationToken cancellation)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var command = dataSource.CreateCommand(
            """
            select
              (select count(*) from kkiaevents.mt_events where type = 'order_paid' and starts_with(stream_id, $1)),
              (select count(distinct stream_id) from kkiaevents.mt_events where type = 'order_paid' and starts_with(stream_id, $1)),
              (select count(*) from kkiaevents.deliveries where delivered_at is null),
              (select count(*) from kkiaevents.due)
            """);
        command.Parameters.Add(new() { Value = $"default/{prefix}" });
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        return new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
    }

    public static async Task<string> ServerVersionAsync(string connectionString, CancellationToken cancellation)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var command = dataSource.CreateCommand("show server_version");
        return (string)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }
}
