using System.Text;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Ingress.Webhooks;

/// <summary>An authentic webhook as it goes to the bus.</summary>
/// <param name="Message">A <see cref="TransactionNotification"/>, or <see cref="TransactionUnrecognized"/>.</param>
/// <param name="DeliveryId">Its id, and the bus message's.</param>
/// <param name="Event">The provider's event, or <c>unrecognized</c>.</param>
/// <param name="CorrelationId">What ties all log lines about the payment together.</param>
internal sealed record IncomingWebhook(object Message, Guid DeliveryId, string Event, string CorrelationId)
{
    public static IncomingWebhook Of(TransactionNotification message) => new(message, message.DeliveryId, message.Event, $"{message.Merchant}/{message.TransactionId}");

    public static IncomingWebhook Of(TransactionUnrecognized message) => new(message, message.DeliveryId, "unrecognized", $"{message.Merchant}/{message.DeliveryId}");
}

/// <summary>Makes a bus message of an authentic body. What can't be understood is kept all the same.</summary>
internal sealed class WebhookReader(TimeProvider time)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads one.</summary>
    /// <param name="body">The bytes as they came.</param>
    /// <param name="merchant">Whose it is.</param>
    /// <param name="form">How it proved to be authentic.</param>
    /// <param name="header">The signature.</param>
    /// <param name="coding">The <c>Content-Encoding</c> that its sender says it is in; said of what can't be read, and believed of nothing.</param>
    public IncomingWebhook Read(ReadOnlySpan<byte> body, string merchant, SignatureForm form, string header, string? coding = null)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        // The shared secret itself is never kept; an HMAC proves authenticity again years later.
        var signature = form is SignatureForm.Hmac or SignatureForm.HmacOfStringified ? header.ToLowerInvariant() : null;
        if (!TryText(body, out var text))
            return Unrecognized(id, merchant, coding is null ? "The body is not valid UTF-8." : $"The body is compressed (Content-Encoding: {coding}), and nothing is decompressed here.", Encoding.UTF8.GetString(body), Convert.ToBase64String(body), signature);
        if (!KkiapayWebhook.TryParse(body, out var webhook, out var problem))
            return Unrecognized(id, merchant, problem!, text, null, signature);

        TransactionNotification message = webhook!.Event switch
        {
            WebhookEvent.TransactionSuccess => new TransactionSucceeded
            {
                DeliveryId = id, Merchant = merchant, TransactionId = webhook.TransactionId, Event = "transaction.success",
                Amount = webhook.Amount, Body = text, Signature = signature, ReceivedAt = time.GetUtcNow(),
            },
            WebhookEvent.TransactionFailed => new TransactionFailed
            {
                DeliveryId = id, Merchant = merchant, TransactionId = webhook.TransactionId, Event = "transaction.failed",
                Amount = webhook.Amount, Body = text, Signature = signature, ReceivedAt = time.GetUtcNow(),
            },
            _ => new TransactionTimedOut
            {
                DeliveryId = id, Merchant = merchant, TransactionId = webhook.TransactionId, Event = "transaction.timeout",
                Amount = webhook.Amount, Body = text, Signature = signature, ReceivedAt = time.GetUtcNow(),
            },
        };
        return IncomingWebhook.Of(message);
    }

    private IncomingWebhook Unrecognized(Guid id, string merchant, string reason, string body, string? base64, string? signature) =>
        IncomingWebhook.Of(new TransactionUnrecognized
        {
            DeliveryId = id, Merchant = merchant, Reason = reason, Body = body, BodyBase64 = base64, Signature = signature, ReceivedAt = time.GetUtcNow(),
        });

    private static bool TryText(ReadOnlySpan<byte> body, out string text)
    {
        try
        {
            text = Strict.GetString(body);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
