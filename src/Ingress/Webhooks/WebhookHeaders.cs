using System.Security.Cryptography;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Ingress.Webhooks;

/// <summary>
/// What a request's headers tell before any of its body is read. What they call the body (<c>Content-Type</c>,
/// <c>Content-Encoding</c>) decides nothing about an authentic one: senders write what they like there, and the body says itself
/// what it is.
/// </summary>
internal static class WebhookHeaders
{
    private const int HmacLength = 2 * HMACSHA256.HashSizeInBytes;

    // The codings of HTTP's registry that change the bytes, and old names of theirs. Anything else that is said there
    // (utf-8, identity, a media type) is no coding of the body.
    private static readonly string[] Codings = ["gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress", "dcb", "dcz", "aes128gcm", "exi", "pack200-gzip"];

    /// <summary>The signature; null when it is missing or was sent more than once.</summary>
    public static string? SignatureOf(HttpRequest request) => request.Headers[WebhookSignature.HeaderName] is [{ Length: > 0 } value] ? value : null;

    /// <summary>The coding that the sender says the body is in; null when it is sent as it is.</summary>
    public static string? CodingOf(HttpRequest request) => request.Headers.ContentEncoding.OfType<string>()
        .SelectMany(line => line.Split(',', StringSplitOptions.TrimEntries))
        .Select(said => Codings.FirstOrDefault(coding => coding.Equals(said, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(coding => coding is not null);

    /// <summary>Why the webhook can't be taken, whatever its body; null when that is still open.</summary>
    public static Refusal? ProblemOf(HttpRequest request, string? signature, IReadOnlyList<string> secrets)
    {
        if (request.ContentLength > WebhookEndpoint.MaxBodyBytes)
            return Refusals.TooLarge;
        if (signature is null)
            return Refusals.NoSignature;
        // What has not an HMAC's length can only be the secret itself, and for that no body is needed.
        return signature.Length != HmacLength && WebhookSignature.CheckAsSent([], signature, secrets) == SignatureForm.None ? NotAuthentic(request) : null;
    }

    /// <summary>How a webhook is refused whose signature fits no secret. Over a compressed body the sender may have signed other bytes than it sent, and is told.</summary>
    public static Refusal NotAuthentic(HttpRequest request) => CodingOf(request) is null ? Refusals.WrongSignature : Refusals.Encoded;
}
