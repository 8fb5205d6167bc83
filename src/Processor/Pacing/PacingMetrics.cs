using System.Diagnostics.Metrics;
using KkiaEvents.Ledger.Circuits;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Processor.Pacing;

/// <summary>Whether KKiaPay is asked, in numbers.</summary>
internal sealed class PacingMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _openings;
    private readonly Counter<long> _notAsked;

    public PacingMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("KkiaEvents.Processor.Pacing");
        _openings = _meter.CreateCounter<long>("kkiaevents.provider_circuit_openings", description: "How often KKiaPay was held to be in trouble, by merchant and reason.");
        _notAsked = _meter.CreateCounter<long>("kkiaevents.provider_not_asked", description: "Questions to KKiaPay that were put off, by merchant.");
    }

    public void Opened(string merchant, string reason) => _openings.Add(1, new("merchant", merchant), new("reason", reason));

    public void NotAsked(string merchant) => _notAsked.Add(1, new KeyValuePair<string, object?>("merchant", merchant));

    /// <summary>Shows the state of each configured merchant's circuit, and of those that were asked about before.</summary>
    public void Show(ProviderGate gate, Merchants merchants, CircuitClock clock)
    {
        // A series that appears with its first event hides that event from a rate.
        foreach (var merchant in merchants.Names)
            _notAsked.Add(0, new KeyValuePair<string, object?>("merchant", merchant));
        _meter.CreateObservableGauge(
            "kkiaevents.provider_circuit",
            () => merchants.Names.Select(ProviderCircuit.Healthy).Concat(gate.All)
                .GroupBy(c => c.Merchant, (_, circuits) => circuits.Last())
                .Select(c => new Measurement<int>(NumberOf(c, clock.Now), new KeyValuePair<string, object?>("merchant", c.Merchant))),
            description: "Whether KKiaPay is asked about a merchant's payments: 0 closed (freely), 1 half-open (one probe, or a slow start), 2 open (not at all).");
        _meter.CreateObservableGauge(
            "kkiaevents.provider_allowed_rate",
            () => gate.All.Where(c => c.State == CircuitState.Recovering)
                .Select(c => new Measurement<double>(c.Rate, new KeyValuePair<string, object?>("merchant", c.Merchant))),
            description: "Questions to KKiaPay that are allowed each second while it recovers, of all replicas together, by merchant.");
    }

    // Once the wait is over the next question is a probe.
    private static int NumberOf(ProviderCircuit circuit, DateTimeOffset now) => circuit.State switch
    {
        CircuitState.Closed => 0,
        CircuitState.Open when now < circuit.Until => 2,
        _ => 1,
    };
}
