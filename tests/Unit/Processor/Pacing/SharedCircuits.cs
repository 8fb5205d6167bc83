using KkiaEvents.Ledger.Circuits;

namespace KkiaEvents.Tests.Unit.Processor.Pacing;

/// <summary>What replicas share, in memory. May be away.</summary>
internal sealed class SharedCircuits : ICircuitStore
{
    private readonly Dictionary<string, ProviderCircuit> _rows = [];

    public bool Away { get; set; }

    public int Writes { get; private set; }

    public ProviderCircuit? this[string merchant] => _rows.GetValueOrDefault(merchant);

    /// <summary>Puts a row back as it was, as a restored backup does.</summary>
    public void Restore(ProviderCircuit row) => _rows[row.Merchant] = row;

    public Task<IReadOnlyList<ProviderCircuit>> ReadAsync(CancellationToken cancellationToken) =>
        Away ? throw new TimeoutException("The database is away.") : Task.FromResult<IReadOnlyList<ProviderCircuit>>([.. _rows.Values]);

    public Task<bool> TryWriteAsync(ProviderCircuit circuit, bool announce, CancellationToken cancellationToken)
    {
        if (Away)
            throw new TimeoutException("The database is away.");
        if ((_rows.GetValueOrDefault(circuit.Merchant)?.Version ?? 0) != circuit.Version)
            return Task.FromResult(false);
        _rows[circuit.Merchant] = circuit with { Version = circuit.Version + 1 };
        Writes++;
        return Task.FromResult(true);
    }
}
