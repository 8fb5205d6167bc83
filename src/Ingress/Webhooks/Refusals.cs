namespace KkiaEvents.Ingress.Webhooks;

/// <summary>Why a webhook was not taken, for its sender (problem+json, RFC 9457) and for the metric.</summary>
internal sealed record Refusal(int Status, string Reason, string Title, string Detail, int? RetryAfterSeconds = null);

internal static class Refusals
{
    public static readonly Refusal NoSuchMerchant = new(404, "no_such_merchant", "No such merchant",
        "No merchant of that name is configured here. Check the webhook URL in KKiaPay's dashboard.");

    public static readonly Refusal NotAllowed = new(403, "source_not_allowed", "Not allowed",
        $"Webhooks are taken from the addresses in {Limits.IngressLimits.AllowedSourcesKey} only, and this one is not among them.");

    public static readonly Refusal Encoded = new(415, "content_encoding", "Encoded",
        "The header x-kkiapay-secret fits none of the merchant's secrets over the bytes that were sent. Send the body as it is, without a Content-Encoding: nothing is decompressed here.");

    public static readonly Refusal TooSlow = new(408, "too_slow", "Too slow", "The body did not come in the time that a webhook may take.");

    public static readonly Refusal Malformed = new(400, "malformed", "Not HTTP", "The body is not framed as HTTP/1.1 has it: wrong chunks, or fewer bytes than the length says.");

    /// <summary>The sender hung up before its body had come. Nobody hears this.</summary>
    public static readonly Refusal Gone = new(400, "gone", "Gone", "The sender hung up.");

    public static readonly Refusal TooLarge = new(413, "too_large", "Too large", $"A webhook has at most {WebhookEndpoint.MaxBodyBytes} bytes.");

    public static readonly Refusal NoSignature = new(401, "no_signature", "Not authentic",
        "The header x-kkiapay-secret is missing or was sent more than once.");

    public static readonly Refusal WrongSignature = new(401, "wrong_signature", "Not authentic",
        "The header x-kkiapay-secret fits none of the merchant's secrets.");

    public static Refusal TooMany(TimeSpan wait) => new(429, "too_many", "Too many refused",
        "Too many webhooks from this address were refused, as this one is. One that is authentic is taken all the same.", RetryAfterSeconds: (int)Math.Ceiling(wait.TotalSeconds));

    public static Refusal NotKept(string why) =>
        new(503, "not_kept", "Not kept", $"The webhook could not be stored safely. Send it again. The broker does not confirm it, and the spool does not keep it: {why}", RetryAfterSeconds: 1);
}
