namespace KkiaEvents.Ledger.Circuits;

/// <summary>Whether KKiaPay is asked about a merchant's payments.</summary>
public enum CircuitState
{
    /// <summary>As often as there is need.</summary>
    Closed,

    /// <summary>Asked again, as often as the rate allows, which grows with each answer.</summary>
    Recovering,

    /// <summary>One question is under way; nobody else asks.</summary>
    Probing,

    /// <summary>Not at all, until a time.</summary>
    Open,
}

/// <summary>
/// A merchant's circuit, as all replicas share it. Keys and limits are a merchant's own, so the circuit is too. Its times are
/// of the <see cref="CircuitClock"/> of the replica that holds it.
/// </summary>
/// <param name="Merchant">The merchant.</param>
/// <param name="Version">Counts the writes; whoever writes names the version that it read. 0: never written.</param>
/// <param name="State">The state.</param>
/// <param name="Reason">What opened it: <c>rate_limited</c>, <c>unavailable</c> or <c>timeout</c>; empty when nothing did.</param>
/// <param name="Since">When this state began, UTC.</param>
/// <param name="Until">Open: when KKiaPay may be asked again. Probing: when the one who asks is taken to be gone. UTC.</param>
/// <param name="Openings">How often in a row it opened without an answer in between.</param>
/// <param name="Rate">Recovering: questions a second, of all replicas together. Before that: the rate at which they will start.</param>
/// <param name="Threshold">Recovering: up to this rate it grows with each answer, from there on slowly.</param>
/// <param name="Tokens">Recovering: questions that may be asked at <paramref name="TokensAt"/>.</param>
/// <param name="TokensAt">When tokens were counted last, UTC.</param>
public sealed record ProviderCircuit(
    string Merchant, long Version, CircuitState State, string Reason, DateTimeOffset Since, DateTimeOffset Until,
    int Openings, double Rate, double Threshold, double Tokens, DateTimeOffset TokensAt)
{
    /// <summary>A merchant who never had trouble.</summary>
    public static ProviderCircuit Healthy(string merchant) =>
        new(merchant, 0, CircuitState.Closed, "", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, 0, 0, 0, 0, DateTimeOffset.UnixEpoch);
}
