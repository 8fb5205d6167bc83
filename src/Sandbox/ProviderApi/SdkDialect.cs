using System.Text.Json;
using KkiaEvents.Sandbox.Payments;
using KkiaEvents.Sandbox.Wire;

namespace KkiaEvents.Sandbox.ProviderApi;

/// <summary>The answer of <c>POST /api/v1/transactions/status</c>, as it is seen in the field: an empty string stands for none, and the day stands beside the time.</summary>
internal static class SdkDialect
{
    public static void Write(Utf8JsonWriter json, Payment payment, PaymentFacts facts)
    {
        var template = payment.Template;
        var merchantPays = template.FeeSupportedBy == "merchant";
        json.WriteString("performed_at", WireTime.Milliseconds(facts.PerformedAt));
        json.WriteString("received_at", WireTime.Milliseconds(payment.CreatedAt));
        json.WriteString("type", template.Type);
        json.WriteString("status", facts.Word ?? StatusWords.Sdk(facts.State));
        json.WriteString("source", template.Method);
        json.WriteString("source_common_name", template.Operator);
        json.WriteNumber("amount", template.Amount);
        json.WriteNumber("fees", template.Fees);
        json.WriteNumber("income", merchantPays ? template.Amount - template.Fees : template.Amount);
        json.WriteString("reason", payment.Label);
        json.WriteString("failureCode", facts.FailureCode ?? "");
        json.WriteString("failureMessage", facts.FailureMessage ?? "");
        if (payment.StateData is { } state) WireStateData.Write(json, "state", state, template.StateDataAsString);
        else json.WriteNull("state");
        json.WriteString("partnerId", payment.PartnerId);
        json.WriteString("feeSupportedBy", template.FeeSupportedBy);
        json.WriteString("transactionId", payment.Id);
        json.WriteString("performedAt", WireTime.Day(facts.PerformedAt));
        json.WriteStartObject("client");
        json.WriteString("fullname", template.Name);
        json.WriteString("phone", WirePhone.WithoutPlus(template.Phone));
        json.WriteString("email", template.Email);
        json.WriteEndObject();
    }
}
