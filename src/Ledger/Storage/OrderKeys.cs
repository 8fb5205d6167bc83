using KkiaEvents.Ledger.Orders;
using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>Writes <see cref="Order.FoldedId"/> into orders' rows that a version before wrote without it.</summary>
internal sealed class OrderKeys(NpgsqlDataSource dataSource, string schema)
{
    private const int BatchSize = 1000;

    /// <summary>Fills what is missing. One pass: what an older version, still running, writes meanwhile has no key either, and is looked at without one.</summary>
    public async Task FillAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select data ->> 'merchant', data ->> 'orderId' from {schema}.mt_doc_order where data ->> 'foldedId' is null");
        command.CommandTimeout = 0;
        var batch = new List<Order>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            batch.Add(Order.New(reader.GetString(0), reader.GetString(1)));
            if (batch.Count < BatchSize)
                continue;
            await WriteAsync(batch, cancellationToken);
            batch.Clear();
        }

        await WriteAsync(batch, cancellationToken);
    }

    // The row's version stays: the key says nothing that the row did not say before.
    private async Task WriteAsync(List<Order> orders, CancellationToken cancellationToken)
    {
        if (orders.Count == 0)
            return;
        await using var command = dataSource.CreateCommand(
            $"update {schema}.mt_doc_order o set data = jsonb_set(o.data, '{{foldedId}}', to_jsonb(f.key)) from unnest($1, $2) f(id, key) where o.id = f.id");
        command.Parameters.Add(new() { Value = orders.Select(o => o.Id).ToArray() });
        command.Parameters.Add(new() { Value = orders.Select(o => o.FoldedId).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
