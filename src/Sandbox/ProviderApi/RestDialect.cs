using System.Text.Json;
using KkiaEvents.Sandbox.Payments;
using KkiaEvents.Sandbox.Wire;

namespace KkiaEvents.Sandbox.ProviderApi;

/// <summary>
/// The answer of <c>GET /v1/transactions/{id}</c>, as in the provider's document. Its example of a failure shows neither
/// <c>partnerId</c> nor <c>stateData</c>: they come with a failure only when the payment was given them.
/// </summary>
internal static class RestDialect
{
    public static void Write(Utf8JsonWriter json, Payment payment, PaymentFacts facts)
    {
        var template = payment.Template;
        var complete = facts.State == PaymentState.Complete;
        var failed = facts.FailureCode is not null;
        json.WriteString("transactionId", payment.Id);
        json.WriteString("status", facts.Word ?? StatusWords.Rest(facts.State));
        json.WriteBoolean("isPaymentSucces", complete);
        json.WriteString("method", template.Method);
        json.WriteString("account", WirePhone.WithPlus(template.Phone));
        json.WriteNumber("amount", template.Amount);
        if (failed)
        {
            json.WriteString("failureCode", facts.FailureCode);
            json.WriteString("failureMessage", facts.FailureMessage);
        }
        else
        {
            json.WriteNumber("fees", template.Fees);
        }

        json.WriteString("label", payment.Label);
        if (!failed || template.PartnerId.Length > 0) json.WriteString("partnerId", payment.PartnerId);
        json.WriteString("performedAt", WireTime.Seconds(facts.PerformedAt));
        if (!failed || template.StateData is not null)
            WireStateData.Write(json, "stateData", payment.StateData ?? "{}", template.StateDataAsString);
    }
}
