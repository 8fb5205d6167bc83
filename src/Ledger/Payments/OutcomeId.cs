using System.Text;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Ledger.Payments;

/// <summary>
/// An outcome's id follows from what it is, so that a decision taken twice (after a collision, or by a rederivation) has
/// one id, and a subscriber's dedupe holds in any case. See <see cref="DerivedId"/>.
/// </summary>
public static class OutcomeId
{
    /// <summary>The id of an outcome.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="kind">The outcome's type, with the reason for a flag.</param>
    /// <param name="earlierOutcomes">How many outcomes the payment had before it.</param>
    public static Guid Of(PaymentKey key, string kind, int earlierOutcomes) =>
        DerivedId.Of(Encoding.UTF8.GetBytes($"kkiaevents/{key.StreamId}/{kind}/{earlierOutcomes}"));
}
