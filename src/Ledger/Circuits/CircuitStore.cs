using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Circuits;

/// <summary>The circuits that all replicas share.</summary>
public interface ICircuitStore
{
    /// <summary>All of them: one for each merchant that ever had trouble.</summary>
    Task<IReadOnlyList<ProviderCircuit>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Writes a circuit over the version that it was made from.</summary>
    /// <param name="circuit">The circuit, with the version that was read.</param>
    /// <param name="announce">True when the other replicas should hear of it at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when somebody else wrote first: read again, and decide again.</returns>
    Task<bool> TryWriteAsync(ProviderCircuit circuit, bool announce, CancellationToken cancellationToken);
}

/// <summary>Keeps them in PostgreSQL, the one thing that the replicas share.</summary>
public sealed class CircuitStore(NpgsqlDataSource dataSource, LedgerOptions options) : ICircuitStore
{
    /// <summary>Tells the other replicas of a change; a poll backs it up.</summary>
    public const string Channel = "kkiaevents_circuits";

    // Whoever asks here decides by itself when the answer takes longer: a payment must not wait for a circuit.
    private const int TimeoutSeconds = 2;
    private const string Columns = "merchant, version, state, reason, since, until, openings, rate, threshold, tokens, tokens_at";

    private readonly string _table = $"{options.Schema}.{CircuitTable.Name}";

    /// <inheritdoc />
    public async Task<IReadOnlyList<ProviderCircuit>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select {Columns} from {_table}");
        command.CommandTimeout = TimeoutSeconds;
        var circuits = new List<ProviderCircuit>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            circuits.Add(new(
                reader.GetString(0), reader.GetInt64(1), Enum.Parse<CircuitState>(reader.GetString(2)), reader.GetString(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetInt32(6),
                reader.GetDouble(7), reader.GetDouble(8), reader.GetDouble(9), reader.GetFieldValue<DateTimeOffset>(10)));
        }

        return circuits;
    }

    /// <inheritdoc />
    public async Task<bool> TryWriteAsync(ProviderCircuit circuit, bool announce, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            insert into {_table} as c ({Columns})
            values ($1, $2 + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict (merchant) do update set
                version = excluded.version, state = excluded.state, reason = excluded.reason, since = excluded.since, until = excluded.until,
                openings = excluded.openings, rate = excluded.rate, threshold = excluded.threshold, tokens = excluded.tokens, tokens_at = excluded.tokens_at
            where c.version = $2
            returning case when $12 then pg_notify('{Channel}', '')::text else '' end
            """);
        command.CommandTimeout = TimeoutSeconds;
        foreach (var value in (ReadOnlySpan<object>)[
            circuit.Merchant, circuit.Version, circuit.State.ToString(), circuit.Reason, circuit.Since, circuit.Until,
            circuit.Openings, circuit.Rate, circuit.Threshold, circuit.Tokens, circuit.TokensAt, announce])
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }
}
