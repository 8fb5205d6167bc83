using System.Security.Cryptography;
using KkiaEvents.Kkiapay;
using Microsoft.Net.Http.Headers;

namespace KkiaEvents.Ingress.Webhooks;

/// <summary>What a request's headers tell before any of its body is read.</summary>
internal static class WebhookHeaders
{
    private const int HmacLength = 2 * HMACSHA256.HashSizeInBytes;

    /// <summary>The signature; null when it is missing or was sent more than once.</summary>
    public static string? SignatureOf(HttpRequest request) => request.Headers[WebhookSignature.HeaderName] is [{ Length: > 0 } value] ? value : null;

    /// <summary>Why the webhook can't be taken, whatever its body; null when that is still open.</summary>
    public static Refusal? ProblemOf(HttpRequest request, string? signature, IReadOnlyList<string> secrets)
    {
        if (!IsJson(request.ContentType))
            return Refusals.NotJson;
        if (request.Headers.ContentEncoding is not ([] or [null or "" or "identity"]))
            return Refusals.Encoded;
        if (request.ContentLength > WebhookEndpoint.MaxBodyBytes)
            return Refusals.TooLarge;
        if (signature is null)
            return Refusals.NoSignature;
        // What has not an HMAC's length can only be the secret itself, and for that no body is needed.
        return signature.Length != HmacLength && WebhookSignature.CheckAsSent([], signature, secrets) == SignatureForm.None ? Refusals.WrongSignature : null;
    }

    // A sender that names no type is not refused for it: what it sent is judged by its signature and its content.
    private static bool IsJson(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
            return true;
        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
    }
}
