using KkiaEvents.Ledger.Orders;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Finds what somebody means by an id.</summary>
internal sealed class StoryReferences(NpgsqlDataSource dataSource, string schema)
{
    public async Task<IReadOnlyList<(string Merchant, string Id, bool IsOrder)>> ResolveAsync(
        string reference, IReadOnlyCollection<string> merchants, IReadOnlyCollection<string>? within, CancellationToken cancellationToken)
    {
        // By key first: that is quick whatever the ledger's size.
        var named = reference.Split('/', 2) is [{ Length: > 0 } merchant, { Length: > 0 } id] ? [(merchant, id)] : new List<(string Merchant, string Id)>();
        named.AddRange(merchants.Select(m => (m, reference)));
        var found = await FindAsync(
            $"select data ->> 'merchant', data ->> 'transactionId', false from {schema}.mt_doc_payment where id = any($1)",
            named.Select(n => $"{n.Merchant}/{n.Id}").ToArray(), within, cancellationToken);
        if (found.Count > 0)
            return found;
        found = await FindAsync(
            $"select data ->> 'merchant', data ->> 'orderId', true from {schema}.mt_doc_order where id = any($1)",
            named.SelectMany(n => OrderIdForm.Written(n.Id).Select(id => Order.IdOf(n.Merchant, id))).ToArray(), within, cancellationToken);
        if (found.Count > 0)
            return found;
        found = await FindAsync(
            $"select data ->> 'merchant', data ->> 'transactionId', false from {schema}.mt_doc_payment where data ->> 'transactionId' = any($1)",
            [reference], within, cancellationToken);
        if (found.Count > 0)
            return found;
        // An order that nobody announced and nothing was decided for has no row of its own yet.
        found = await FindAsync(
            $"""
            select data ->> 'merchant', data ->> 'orderId', true from {schema}.mt_doc_order where data ->> 'orderId' = any($1)
            union select data ->> 'merchant', data ->> 'orderId', true from {schema}.mt_doc_payment where data ->> 'orderId' = any($1)
            """,
            OrderIdForm.Written(reference), within, cancellationToken);
        if (found.Count > 0)
            return found;
        return await FindAsync(
            $"""
            select distinct data ->> 'merchant', data ->> 'orderId', true from {schema}.mt_doc_payment
            where data ->> 'orderId' = any($1) and (data ->> 'merchant') || '/' || (data ->> 'orderId') = any($2)
            """,
            [.. named.SelectMany(n => OrderIdForm.Written(n.Id))], within, cancellationToken,
            [.. named.SelectMany(n => OrderIdForm.Written(n.Id).Select(id => $"{n.Merchant}/{id}"))]);
    }

    /// <summary>The streams of the payments that are, or once were, for an order.</summary>
    public async Task<string[]> PaymentsOfAsync(string merchant, string orderId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select id from {schema}.mt_doc_payment where data ->> 'orderId' = $1 and data ->> 'merchant' = $2
            union select $2 || '/' || jsonb_array_elements_text(data -> 'transactions') from {schema}.mt_doc_order where id = $3
            """);
        command.Parameters.Add(new() { Value = orderId });
        command.Parameters.Add(new() { Value = merchant });
        command.Parameters.Add(new() { Value = Order.IdOf(merchant, orderId) });
        var streams = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            streams.Add(reader.GetString(0));
        return [.. streams];
    }

    private async Task<List<(string Merchant, string Id, bool IsOrder)>> FindAsync(
        string sql, string[] ids, IReadOnlyCollection<string>? within, CancellationToken cancellationToken, string[]? references = null)
    {
        var found = new List<(string, string, bool)>();
        if (ids.Length == 0)
            return found;
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = ids });
        if (references is not null)
            command.Parameters.Add(new() { Value = references });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // Left out at each step, not at the end: another merchant's id must not hide what comes after it.
            if (within is null || within.Contains(reader.GetString(0)))
                found.Add((reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
        }

        return found;
    }
}
