using Npgsql;

namespace KkiaEvents.Local.Day;

/// <summary>Looks into the ledger's tables, for the waits that the bus alone can't tell the end of.</summary>
internal sealed class LedgerProbe(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);

    /// <summary>The order's due has been recorded, so a payment of another amount is held against it.</summary>
    public Task WaitUntilAnnouncedAsync(string orderId, CancellationToken cancellation) => WaitUntilAsync(
        "select exists (select from kkiaevents.mt_streams where id = 'order/default/' || $1)", orderId, cancellation);

    /// <summary>KKiaPay has been asked about it in vain; it will be asked again.</summary>
    public Task WaitUntilAskedInVainAsync(string transactionId, CancellationToken cancellation) => WaitUntilAsync(
        "select exists (select from kkiaevents.due where transaction_id = $1 and last_error is not null)", transactionId, cancellation);

    /// <summary>The first webhook of a payment that is not decided yet has been recorded.</summary>
    public Task WaitUntilDueAsync(string transactionId, CancellationToken cancellation) => WaitUntilAsync(
        "select exists (select from kkiaevents.due where transaction_id = $1)", transactionId, cancellation);

    /// <summary>Every outcome has been taken by the bus.</summary>
    public Task WaitUntilDeliveredAsync(CancellationToken cancellation) => WaitUntilAsync(
        "select not exists (select from kkiaevents.deliveries where delivered_at is null and $1 is not null)", "", cancellation);

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task WaitUntilAsync(string question, string parameter, CancellationToken cancellation)
    {
        while (true)
        {
            await using var command = source.CreateCommand(question);
            command.Parameters.Add(new() { Value = parameter });
            if (await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is true)
                return;
            await Task.Delay(50, cancellation).ConfigureAwait(false);
        }
    }
}
