using System.Text.Json;
using KkiaEvents.Sandbox.Faults;
using KkiaEvents.Sandbox.Merchants;
using KkiaEvents.Sandbox.Payments;
using Microsoft.AspNetCore.WebUtilities;

namespace KkiaEvents.Sandbox.ProviderApi;

/// <summary>KKiaPay's API, both dialects.</summary>
internal sealed class ProviderEndpoints(
    MerchantDirectory merchants, PaymentBook book, FaultGate faults, SandboxStats stats, TimeProvider time)
{
    public async Task VerifyRestAsync(HttpContext call)
    {
        if (!await faults.PassAsync(call) || RestCaller(call) is not { } caller) return;
        var id = (string)call.Request.RouteValues["id"]!;
        var (payment, facts) = Look(caller, id);

        // This dialect has no field for the type: what is not a payment can only be told by the status.
        if (payment is { Template.Type: not "DEBIT" }) facts = facts with { State = PaymentState.NotAPayment, Word = null };
        AnswerRest(call, id, payment, facts);
    }

    public async Task RefundRestAsync(HttpContext call)
    {
        if (!await faults.PassAsync(call) || RestCaller(call) is not { } caller) return;
        var id = (string)call.Request.RouteValues["id"]!;
        var (payment, answer) = Refund(caller, id);
        if (LosesAnswer(call)) return;
        if (answer == RefundAnswer.Refunded) AnswerRest(call, id, payment, payment!.At(time.GetUtcNow()));
        else Refuse(call, answer == RefundAnswer.NotFound ? 404 : 409, id, answer);
    }

    public async Task VerifySdkAsync(HttpContext call)
    {
        if (!await faults.PassAsync(call) || SdkCaller(call) is not { } caller) return;
        if (await ReadIdAsync(call) is not { } id) return;
        var (payment, facts) = Look(caller, id);
        AnswerSdk(call, id, payment, facts);
    }

    public async Task RevertSdkAsync(HttpContext call)
    {
        if (!await faults.PassAsync(call) || SdkCaller(call) is not { } caller) return;
        if (await ReadIdAsync(call) is not { } id) return;
        var (payment, answer) = Refund(caller, id);
        if (LosesAnswer(call)) return;
        if (answer == RefundAnswer.Refunded) AnswerSdk(call, id, payment, payment!.At(time.GetUtcNow()));
        else Refuse(call, null, id, answer);
    }

    private SandboxMerchant? RestCaller(HttpContext call) =>
        Known(call, merchants.ByPrivateKey(call.Request.Headers["x-private-key"]));

    private SandboxMerchant? SdkCaller(HttpContext call)
    {
        var headers = call.Request.Headers;
        return Known(call, merchants.ByKeys(headers["x-api-key"], headers["x-private-key"], headers["x-secret-key"]));
    }

    private SandboxMerchant? Known(HttpContext call, SandboxMerchant? caller)
    {
        if (caller is not null) return caller;
        stats.KeysRefused();
        JsonAnswer.Error(call, StatusCodes.Status401Unauthorized, "Invalid api key");
        return null;
    }

    private (Payment? Payment, PaymentFacts Facts) Look(SandboxMerchant caller, string id)
    {
        stats.Verification();
        var payment = book.Find(id);
        payment?.CountVerification();
        var facts = payment switch
        {
            null => new PaymentFacts(PaymentState.NotFound, default),
            _ when payment.Template.Merchant != caller => new PaymentFacts(PaymentState.NotYours, default),
            _ => payment.At(time.GetUtcNow()),
        };
        facts = StatusWords.Override(facts, faults.TakeLie(id));
        return (facts.State is PaymentState.NotFound or PaymentState.NotYours ? null : payment, facts);
    }

    private (Payment? Payment, RefundAnswer Answer) Refund(SandboxMerchant caller, string id)
    {
        stats.Refund();
        return book.Find(id) switch
        {
            null => (null, RefundAnswer.NotFound),
            { } payment when payment.Template.Merchant != caller => (null, RefundAnswer.NotYours),
            _ when faults.RefusesRefunds => (null, RefundAnswer.NotReverted),
            { } payment => (payment, payment.Refund(time.GetUtcNow())),
        };
    }

    private static void AnswerRest(HttpContext call, string id, Payment? payment, PaymentFacts facts)
    {
        if (payment is null || facts.State == PaymentState.NotAPayment)
        {
            JsonAnswer.Refusal(
                call, facts.State == PaymentState.NotFound ? 404 : 200, id, facts.Word ?? StatusWords.Rest(facts.State),
                Explain(facts.State));
            return;
        }

        JsonAnswer.Write(call, 200, (payment, facts), static (json, a) => RestDialect.Write(json, a.payment, a.facts));
    }

    /// <summary>In this dialect every word about a transaction comes with 200; only a number that stands for one comes with 400.</summary>
    private static void AnswerSdk(HttpContext call, string id, Payment? payment, PaymentFacts facts)
    {
        if (facts is { State: PaymentState.NotFound, Word: StatusWords.NumberedNotFound })
        {
            JsonAnswer.NumberedNotFound(call);
            return;
        }

        if (payment is null || facts.State == PaymentState.NotAPayment)
        {
            JsonAnswer.Refusal(call, 200, id, facts.Word ?? StatusWords.Sdk(facts.State), Explain(facts.State));
            return;
        }

        JsonAnswer.Write(call, 200, (payment, facts), static (json, a) => SdkDialect.Write(json, a.payment, a.facts));
    }

    private static string Explain(PaymentState state) => state switch
    {
        PaymentState.NotFound => "Transaction not found",
        PaymentState.NotYours => "You are not the owner of this transaction",
        PaymentState.NotAPayment => "Not a payment received",
        _ => "",
    };

    /// <param name="call">The call.</param>
    /// <param name="httpStatus">Of the Rest dialect; null in the Sdk dialect.</param>
    /// <param name="id">The transaction.</param>
    /// <param name="answer">Why it is refused.</param>
    private static void Refuse(HttpContext call, int? httpStatus, string id, RefundAnswer answer)
    {
        var (word, message) = answer switch
        {
            RefundAnswer.NotFound => (StatusWords.Sdk(PaymentState.NotFound), Explain(PaymentState.NotFound)),
            RefundAnswer.NotYours => (StatusWords.Sdk(PaymentState.NotYours), Explain(PaymentState.NotYours)),
            RefundAnswer.NotAPayment => (StatusWords.Sdk(PaymentState.NotAPayment), Explain(PaymentState.NotAPayment)),
            RefundAnswer.NotReverted => (StatusWords.Sdk(PaymentState.Failed), "NOT_REVERTED"),
            _ => (StatusWords.NotEligible, "this transaction is already reverted or not eligible"),
        };
        if (httpStatus is { } status) JsonAnswer.Refusal(call, status, id, word, message);
        else JsonAnswer.NotReverted(call, id, word, message);
    }

    private bool LosesAnswer(HttpContext call)
    {
        if (!faults.LosesAnswer()) return false;
        stats.Faulted();
        call.Abort();
        return true;
    }

    private static async ValueTask<string?> ReadIdAsync(HttpContext call)
    {
        using var reader = new StreamReader(call.Request.Body);
        if (IdIn(await reader.ReadToEndAsync(call.RequestAborted)) is { } id) return id;
        JsonAnswer.Error(call, StatusCodes.Status400BadRequest, "transactionId is required");
        return null;
    }

    // By what it is, not by its type: the provider's WordPress plugin sends a form, and curl -d calls any body a form.
    private static string? IdIn(string body)
    {
        if (!body.AsSpan().TrimStart().StartsWith("{"))
            return QueryHelpers.ParseQuery(body).TryGetValue("transactionId", out var given) && given is [{ Length: > 0 } one] ? one : null;
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("transactionId", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
