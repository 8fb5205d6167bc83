using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using KkiaEvents.Sandbox.Payments;
using KkiaEvents.Sandbox.Wire;

namespace KkiaEvents.Sandbox.Webhooks;

/// <summary>A webhook's body: the three examples of the provider's document, or the form that integrations see.</summary>
internal static class WebhookBody
{
    // As JSON.stringify writes: a receiver that signs the body re-serialised gets the same bytes.
    private static readonly JsonWriterOptions AsJavaScript = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string EventOf(PaymentTemplate payment, Outcome outcome) => payment.Webhook.Event ?? outcome switch
    {
        Outcome.Failed or Outcome.Cancelled => "transaction.failed",
        Outcome.Timeout => "transaction.timeout",
        _ => "transaction.success",
    };

    public static byte[] Write(
        Payment payment, Outcome outcome, string? failureCode, string? failureMessage, DateTimeOffset performedAt)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, AsJavaScript);
        var field = payment.Template.Webhook.Dialect == WebhookDialect.Field;
        var name = EventOf(payment.Template, outcome);
        var (code, message) = FailureReason.Of(outcome, failureCode, failureMessage);

        json.WriteStartObject();
        if (outcome == Outcome.Timeout)
        {
            json.WriteString("event", name);
            json.WriteString("transactionId", payment.Id);
            json.WriteString("failureCode", code);
            json.WriteString("performedAt", field ? WireTime.Milliseconds(performedAt) : WireTime.Seconds(performedAt));
        }
        else if (field)
        {
            WriteField(json, payment, name, code, message, performedAt);
        }
        else
        {
            WriteSpec(json, payment, name, code, message, performedAt);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteSpec(
        Utf8JsonWriter json, Payment payment, string name, string? code, string? message, DateTimeOffset performedAt)
    {
        json.WriteString("event", name);
        json.WriteString("transactionId", payment.Id);
        json.WriteBoolean("isPaymentSucces", code is null);
        json.WriteString("method", payment.Template.Method);
        if (code is not null)
        {
            json.WriteString("failureCode", code);
            json.WriteString("failureMessage", message);
            json.WriteString("performedAt", WireTime.Seconds(performedAt));
            return;
        }

        json.WriteString("account", WirePhone.WithPlus(payment.Template.Phone));
        WriteAmount(json, payment.Template);
        json.WriteNumber("fees", payment.Template.Fees);
        json.WriteString("label", payment.Label);
        json.WriteString("partnerId", payment.PartnerId);
        json.WriteString("performedAt", WireTime.Seconds(performedAt));
        WriteStateData(json, payment);
    }

    private static void WriteField(
        Utf8JsonWriter json, Payment payment, string name, string? code, string? message, DateTimeOffset performedAt)
    {
        json.WriteString("transactionId", payment.Id);
        json.WriteBoolean("isPaymentSucces", code is null);
        json.WriteString("account", WirePhone.WithoutPlus(payment.Template.Phone));
        if (code is not null)
        {
            json.WriteString("failureCode", code);
            json.WriteString("failureMessage", message);
        }

        json.WriteString("label", payment.Label);
        json.WriteString("method", payment.Template.Method);
        WriteAmount(json, payment.Template);
        json.WriteNumber("fees", payment.Template.Fees);
        json.WriteString("partnerId", payment.PartnerId);
        json.WriteString("performedAt", WireTime.Milliseconds(performedAt));
        WriteStateData(json, payment);
        json.WriteString("event", name);
    }

    private static void WriteAmount(Utf8JsonWriter json, PaymentTemplate payment)
    {
        json.WritePropertyName("amount");
        json.WriteRawValue(payment.Webhook.ClaimedAmount ?? payment.Amount.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteStateData(Utf8JsonWriter json, Payment payment) =>
        WireStateData.Write(
            json,
            "stateData",
            PaymentTemplate.Numbered(payment.Template.Webhook.ClaimedStateData, payment.Number) ?? payment.StateData ?? "{}",
            payment.Template.StateDataAsString);
}
