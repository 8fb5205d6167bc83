namespace KkiaEvents.Ledger.Auditing;

/// <summary>Why a stored outcome and what follows from the facts are not the same.</summary>
public enum DisagreementKind
{
    /// <summary>An outcome is stored; from the facts another follows.</summary>
    Differs,

    /// <summary>An outcome is stored; from the facts none follows.</summary>
    NotSupported,

    /// <summary>None is stored; from the facts one follows.</summary>
    Missing,

    /// <summary>An outcome is stored with neither an answer of KKiaPay's nor an operator's act right before it.</summary>
    WithoutAnswer,

    /// <summary>A stored event can't be read as what it says it is.</summary>
    Unreadable,
}

/// <summary>A payment where the decision, taken again, is another one.</summary>
/// <param name="StreamId">The payment.</param>
/// <param name="Position">The event it is about: the stored outcome, or the answer that should have led to one.</param>
/// <param name="Version">Its place in the stream.</param>
/// <param name="Kind">What kind.</param>
/// <param name="Stored">The stored outcome's type, a flag's with its reason; null when none is stored.</param>
/// <param name="Rederived">The outcome that follows; null when none does.</param>
/// <param name="Detail">A sentence, with the fields that differ.</param>
public sealed record Disagreement(
    string StreamId, long Position, long Version, DisagreementKind Kind, string? Stored, string? Rederived, string Detail);
