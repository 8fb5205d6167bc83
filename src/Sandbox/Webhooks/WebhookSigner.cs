using System.Security.Cryptography;
using System.Text;

namespace KkiaEvents.Sandbox.Webhooks;

/// <summary>What a webhook's header <c>x-kkiapay-secret</c> holds.</summary>
internal static class WebhookSigner
{
    public const string Header = "x-kkiapay-secret";

    /// <returns>Null when no header is sent.</returns>
    public static string? Sign(SignatureMode mode, string secret, ReadOnlySpan<byte> body) => mode switch
    {
        SignatureMode.Hmac => Hmac(secret, body),
        SignatureMode.Secret => secret,
        SignatureMode.Wrong => Hmac("not " + secret, body),
        _ => null,
    };

    private static string Hmac(string key, ReadOnlySpan<byte> body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), body));
}
