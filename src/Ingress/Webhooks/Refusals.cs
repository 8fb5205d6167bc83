namespace KkiaEvents.Ingress.Webhooks;

/// <summary>Why a webhook was not taken, for its sender (problem+json, RFC 9457) and for the metric.</summary>
internal sealed record Refusal(int Status, string Reason, string Title, string Detail, int? RetryAfterSeconds = null);

internal static class Refusals
{
    public static readonly Refusal NoSuchMerchant = new(404, "no_such_merchant", "No such merchant",
        "No merchant of that name is configured here. Check the webhook URL in KKiaPay's dashboard.");

    public static readonly Refusal NotJson = new(415, "not_json", "Not JSON", "Send the webhook as application/json.");

    public static readonly Refusal TooLarge = new(413, "too_large", "Too large", $"A webhook has at most {WebhookEndpoint.MaxBodyBytes} bytes.");

    public static readonly Refusal NoSignature = new(401, "no_signature", "Not authentic",
        "The header x-kkiapay-secret is missing or was sent more than once.");

    public static readonly Refusal WrongSignature = new(401, "wrong_signature", "Not authentic",
        "The header x-kkiapay-secret fits none of the merchant's secrets.");

    public static Refusal NotKept(string why) =>
        new(503, "not_kept", "Not kept", $"The webhook could not be stored safely. Send it again. The broker does not confirm it, and the spool does not keep it: {why}", RetryAfterSeconds: 1);
}
