using System.Security.Cryptography;

namespace KkiaEvents.Ledger.Storage;

/// <summary>Ids that follow from what they identify: UUID version 8 (RFC 9562, section 5.8) over SHA-256.</summary>
public static class DerivedId
{
    /// <summary>The id of some bytes; the same bytes always have the same.</summary>
    public static Guid Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
