using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Circuits;

/// <summary>The circuits that all replicas share.</summary>
public interface ICircuitStore
{
    /// <summary>All of them, one for each merchant that ever had trouble, with times of this replica's <see cref="CircuitClock"/>.</summary>
    Task<IReadOnlyList<ProviderCircuit>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Writes a circuit over the version that it was made from.</summary>
    /// <param name="circuit">The circuit, with the version that was read and times of this replica's <see cref="CircuitClock"/>.</param>
    /// <param name="announce">True when the other replicas should hear of it at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when somebody else wrote first: read again, and decide again.</returns>
    Task<bool> TryWriteAsync(ProviderCircuit circuit, bool announce, CancellationToken cancellationToken);
}

/// <summary>
/// Keeps them in PostgreSQL, the one thing that the replicas share. Its clock is the one that rows go by: only spans cross
/// the wire, so that a replica whose clock is a day ahead neither stops the others for a day nor is stopped by them.
/// </summary>
public sealed class CircuitStore(NpgsqlDataSource dataSource, LedgerOptions options, CircuitClock clock) : ICircuitStore
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
        await using var command = dataSource.CreateCommand(
            $"""
            select merchant, version, state, reason, openings, rate, threshold, tokens,
                since - clock_timestamp(), until - clock_timestamp(), tokens_at - clock_timestamp()
            from {_table}
            """);
        command.CommandTimeout = TimeoutSeconds;
        var circuits = new List<ProviderCircuit>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var now = clock.Now;
        while (await reader.ReadAsync(cancellationToken))
        {
            circuits.Add(new(
                reader.GetString(0), reader.GetInt64(1), Enum.Parse<CircuitState>(reader.GetString(2)), reader.GetString(3),
                Since: now + reader.GetTimeSpan(8), Until: now + reader.GetTimeSpan(9), reader.GetInt32(4), reader.GetDouble(5),
                reader.GetDouble(6), reader.GetDouble(7), TokensAt: now + reader.GetTimeSpan(10)));
        }

        return circuits;
    }

    /// <inheritdoc />
    public async Task<bool> TryWriteAsync(ProviderCircuit circuit, bool announce, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            insert into {_table} as c ({Columns})
            values ($1, $2 + 1, $3, $4, clock_timestamp() + $5, clock_timestamp() + $6, $7, $8, $9, $10, clock_timestamp() + $11)
            on conflict (merchant) do update set
                version = excluded.version, state = excluded.state, reason = excluded.reason, since = excluded.since, until = excluded.until,
                openings = excluded.openings, rate = excluded.rate, threshold = excluded.threshold, tokens = excluded.tokens, tokens_at = excluded.tokens_at
            where c.version = $2
            returning case when $12 then pg_notify('{Channel}', '')::text else '' end
            """);
        command.CommandTimeout = TimeoutSeconds;
        var now = clock.Now;
        foreach (var value in (ReadOnlySpan<object>)[
            circuit.Merchant, circuit.Version, circuit.State.ToString(), circuit.Reason, circuit.Since - now, circuit.Until - now,
            circuit.Openings, circuit.Rate, circuit.Threshold, circuit.Tokens, circuit.TokensAt - now, announce])
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }
}
