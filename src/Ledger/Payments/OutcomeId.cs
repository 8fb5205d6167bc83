using System.Security.Cryptography;
using System.Text;

namespace KkiaEvents.Ledger.Payments;

/// <summary>
/// An outcome's id follows from what it is, so that a decision taken twice (after a collision, or by a rederivation) has
/// one id, and a subscriber's dedupe holds in any case. UUID version 8 (RFC 9562, section 5.8) over SHA-256.
/// </summary>
public static class OutcomeId
{
    /// <summary>The id of an outcome.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="kind">The outcome's type, with the reason for a flag.</param>
    /// <param name="earlierOutcomes">How many outcomes the payment had before it.</param>
    public static Guid Of(PaymentKey key, string kind, int earlierOutcomes)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"kkiaevents/{key.StreamId}/{kind}/{earlierOutcomes}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
