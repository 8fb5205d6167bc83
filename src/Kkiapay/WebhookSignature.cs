using System.Security.Cryptography;
using System.Text;

namespace KkiaEvents.Kkiapay;

/// <summary>How a webhook proved that its sender knows the secret.</summary>
public enum SignatureForm
{
    /// <summary>It did not: refuse it.</summary>
    None,

    /// <summary>HMAC-SHA256 of the body's bytes.</summary>
    Hmac,

    /// <summary>HMAC-SHA256 of the body as JavaScript's <c>JSON.stringify(JSON.parse(body))</c> writes it.</summary>
    HmacOfStringified,

    /// <summary>The secret itself.</summary>
    SharedSecret,
}

/// <summary>Checks the header <c>x-kkiapay-secret</c> of a webhook.</summary>
public static class WebhookSignature
{
    /// <summary>The header's name.</summary>
    public const string HeaderName = "x-kkiapay-secret";

    /// <summary>
    /// Checks one webhook against every configured secret. It says who sent the body, not that the body is true, new, or
    /// about this merchant: verify the transaction with <see cref="IKkiapayClient.VerifyAsync"/> before acting on it.
    /// </summary>
    /// <param name="body">The request's body, the bytes as they came.</param>
    /// <param name="header">
    /// The header's value: an HMAC-SHA256 in hex, either case, or the secret itself. Bytes above 127 may have been read as Latin-1
    /// or as UTF-8, and a secret that holds such characters may have been sent as either. A server that reads them as Latin-1
    /// loses none of them (Kestrel: <c>RequestHeaderEncodingSelector</c>).
    /// </param>
    /// <param name="secrets">The secrets that count; two while one is being replaced. Blank ones never match.</param>
    /// <returns>
    /// The form that matched; <see cref="SignatureForm.None"/> when none did, when the header is missing, or when there is
    /// no secret to check against. Every secret is compared, in a time that does not tell which or how far it matched.
    /// </returns>
    public static SignatureForm Check(ReadOnlySpan<byte> body, string? header, IReadOnlyList<string> secrets)
    {
        var form = CheckAsSent(body, header, secrets);
        if (form != SignatureForm.None || string.IsNullOrWhiteSpace(header) || secrets is null or { Count: 0 })
            return form;

        // Last, because it is the only form whose check costs more than hashing what came.
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return TryDecodeHex(header, given) && JavaScriptJson.Stringify(body) is { } stringified && MatchesAny(given, stringified, secrets)
            ? SignatureForm.HmacOfStringified
            : SignatureForm.None;
    }

    /// <summary>
    /// <see cref="Check"/> without <see cref="SignatureForm.HmacOfStringified"/>: costs no more than hashing what came, whoever
    /// sent it. For a receiver that checks the costly form for some senders only, or later.
    /// </summary>
    /// <param name="body">The request's body, the bytes as they came.</param>
    /// <param name="header">The header's value: an HMAC-SHA256 in hex, either case, or the secret itself.</param>
    /// <param name="secrets">The secrets that count. Blank ones never match.</param>
    /// <returns>The form that matched; <see cref="SignatureForm.None"/> says nothing about the third form.</returns>
    public static SignatureForm CheckAsSent(ReadOnlySpan<byte> body, string? header, IReadOnlyList<string> secrets)
    {
        if (string.IsNullOrWhiteSpace(header) || secrets is null or { Count: 0 })
            return SignatureForm.None;

        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (TryDecodeHex(header, given) && MatchesAny(given, body, secrets))
            return SignatureForm.Hmac;
        return IsAnyOf(header, secrets) ? SignatureForm.SharedSecret : SignatureForm.None;
    }

    private static bool MatchesAny(ReadOnlySpan<byte> given, ReadOnlySpan<byte> content, IReadOnlyList<string> secrets)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var matches = false;
        for (var i = 0; i < secrets.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(secrets[i]))
                continue;
            foreach (var key in BytesOf(secrets[i]))
            {
                HMACSHA256.HashData(key, content, expected);
                matches |= CryptographicOperations.FixedTimeEquals(given, expected);
            }
        }

        return matches;
    }

    // Digests are of one length, so that the comparison tells nothing about the secret's own.
    private static bool IsAnyOf(string header, IReadOnlyList<string> secrets)
    {
        var given = Array.ConvertAll(BytesOf(header), static bytes => SHA256.HashData(bytes));
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        var matches = false;
        for (var i = 0; i < secrets.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(secrets[i]))
                continue;
            foreach (var bytes in BytesOf(secrets[i]))
            {
                SHA256.HashData(bytes, expected);
                foreach (var digest in given)
                    matches |= CryptographicOperations.FixedTimeEquals(digest, expected);
            }
        }

        return matches;
    }

    // The bytes that a text is on the wire: UTF-8, as browsers and PHP files have it, or Latin-1, as HTTP clients write headers.
    private static byte[][] BytesOf(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return utf8.Length != text.Length && text.All(c => c <= '\u00FF') ? [utf8, Encoding.Latin1.GetBytes(text)] : [utf8];
    }

    private static bool TryDecodeHex(string header, Span<byte> destination)
    {
        if (header.Length != destination.Length * 2)
            return false;
        for (var i = 0; i < destination.Length; i++)
        {
            if (!char.IsAsciiHexDigit(header[2 * i]) || !char.IsAsciiHexDigit(header[(2 * i) + 1]))
                return false;
            destination[i] = (byte)((Nibble(header[2 * i]) << 4) | Nibble(header[(2 * i) + 1]));
        }

        return true;
    }

    private static int Nibble(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
