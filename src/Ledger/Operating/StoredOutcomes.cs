using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Deliveries;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Operating;

/// <summary>One outcome as it is stored.</summary>
/// <param name="Position">Its position among all stored events: increases, with gaps.</param>
/// <param name="Outcome">The outcome.</param>
public sealed record StoredOutcome(long Position, OrderEvent Outcome);

/// <summary>How many outcomes of one type a selection has.</summary>
/// <param name="Type">The type's name.</param>
/// <param name="Count">How many.</param>
/// <param name="Amount">The sum of their amounts, whole XOF.</param>
public sealed record OutcomeSum(string Type, long Count, long Amount);

/// <summary>What a selection has.</summary>
/// <param name="Sums">By type.</param>
/// <param name="UpTo">The last position; 0 when there is nothing.</param>
public sealed record OutcomeSums(IReadOnlyList<OutcomeSum> Sums, long UpTo)
{
    /// <summary>How many outcomes there are.</summary>
    public long Count => Sums.Sum(s => s.Count);
}

/// <summary>
/// Reads outcomes that the bus took already. Those that it did not are the relay's: a copy that overtakes the original
/// would break a transaction's order.
/// </summary>
public sealed class StoredOutcomes(NpgsqlDataSource dataSource, LedgerOptions options)
{
    private static readonly Dictionary<string, string> StoredNames = LedgerStore.EventTypes
        .Where(t => t.Value.IsAssignableTo(typeof(OrderEvent))).ToDictionary(t => t.Value.Name, t => t.Key);

    /// <summary>The types that can be selected.</summary>
    public static IReadOnlyCollection<string> Types => StoredNames.Keys;

    /// <summary>Counts and sums.</summary>
    public async Task<OutcomeSums> SumAsync(ReplaySelection selection, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "select e.type, count(*), coalesce(sum((e.data->>'amount')::bigint), 0)::bigint, max(e.seq_id)", selection, 0, long.MaxValue, _ => "group by e.type order by e.type");
        var (sums, upTo) = (new List<OutcomeSum>(), 0L);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sums.Add(new(LedgerStore.EventTypes[reader.GetString(0)].Name, reader.GetInt64(1), reader.GetInt64(2)));
            upTo = Math.Max(upTo, reader.GetInt64(3));
        }

        return new(sums, upTo);
    }

    /// <summary>The outcomes after a position, in their order.</summary>
    /// <exception cref="JsonException">A stored event can't be read by this version.</exception>
    public async Task<IReadOnlyList<StoredOutcome>> ReadAsync(
        ReplaySelection selection, long after, long upTo, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "select e.seq_id, e.type, e.data::text", selection, after, upTo, parameter => $"order by e.seq_id limit {parameter(limit)}");
        var outcomes = new List<StoredOutcome>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            outcomes.Add(new(reader.GetInt64(0), (OrderEvent)JsonSerializer.Deserialize(reader.GetString(2), LedgerStore.EventTypes[reader.GetString(1)], LedgerStore.Json)!));
        return outcomes;
    }

    private NpgsqlCommand Command(string select, ReplaySelection selection, long after, long upTo, Func<Func<object, string>, string> tail)
    {
        var command = dataSource.CreateCommand();
        string Parameter(object value)
        {
            command.Parameters.Add(new() { Value = value });
            return $"${command.Parameters.Count}";
        }

        var types = selection.Types.Count == 0 ? StoredNames.Values.ToArray() : [.. selection.Types.Select(t => StoredNames[t])];
        // Each criterion is written only when it is there, so that PostgreSQL plans for what is asked.
        List<string> conditions =
        [
            "d.delivered_at is not null", $"e.type = any({Parameter(types)})", $"e.seq_id > {Parameter(after)}", $"e.seq_id <= {Parameter(upTo)}",
        ];
        if (selection.Merchant is { } merchant)
            conditions.Add($"d.merchant = {Parameter(merchant)}");
        if (selection.TransactionId is { } transaction)
            conditions.Add($"d.transaction_id = {Parameter(transaction)}");
        // The stream's id has an index; the two columns have none.
        if (selection is { Merchant: not null, TransactionId: not null })
            conditions.Add($"e.stream_id = {Parameter($"{selection.Merchant}/{selection.TransactionId}")}");
        if (selection.OrderId is { } order)
            conditions.Add($"e.data->>'orderId' = any({Parameter(OrderIdForm.Written(order))})");
        if (selection.From is { } from)
            conditions.Add($"e.timestamp >= {Parameter(from.ToUniversalTime())}");
        if (selection.To is { } to)
            conditions.Add($"e.timestamp < {Parameter(to.ToUniversalTime())}");
        command.CommandText =
            $"""
            {select}
            from {options.Schema}.mt_events e join {options.Schema}.{DeliveryTable.Name} d on d.event_id = e.id
            where {string.Join(" and ", conditions)}
            {tail(Parameter)}
            """;
        return command;
    }
}
