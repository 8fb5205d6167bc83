using System.Text.Json;
using System.Text.RegularExpressions;
using KkiaEvents.Sandbox.Merchants;
using KkiaEvents.Sandbox.Payments;
using KkiaEvents.Sandbox.Webhooks;

namespace KkiaEvents.Sandbox.Control;

/// <summary>Turns a request into a payment's template, or says which field is wrong.</summary>
internal static partial class PaymentTemplateReader
{
    private const long MaxMilliseconds = 7L * 24 * 3600 * 1000;

    public static PaymentTemplate Read(PaymentRequest request, MerchantDirectory merchants, bool webhookByDefault)
    {
        var defaults = new PaymentTemplate { Merchant = MerchantOf(request.Merchant, merchants) };
        var amount = InRange(request.Amount ?? defaults.Amount, "amount", 1, 1_000_000_000_000);
        if (request.LateSuccessAfterMs is not null
            && request.Outcome is not (Outcome.Failed or Outcome.Timeout or Outcome.Cancelled))
        {
            throw new ControlException("Field 'lateSuccessAfterMs' goes with the outcome failed, timeout or cancelled.");
        }

        if (request.RefundedAfterMs is not null && request.LateSuccessAfterMs is null && request.Outcome != Outcome.Success)
            throw new ControlException("Field 'refundedAfterMs' goes with the outcome success, or with lateSuccessAfterMs.");

        return defaults with
        {
            Amount = amount,

            // 0.5 %, as in the provider's example: 25 of 5,000.
            Fees = InRange(request.Fees ?? amount / 200, "fees", 0, amount),
            Type = request.Type ?? defaults.Type,
            Method = request.Method ?? defaults.Method,
            Operator = request.Operator ?? (request.Method == "CARD" ? "visa" : defaults.Operator),
            Phone = request.Phone ?? defaults.Phone,
            Name = request.Name ?? defaults.Name,
            Email = request.Email ?? defaults.Email,
            FeeSupportedBy = request.FeeSupportedBy ?? defaults.FeeSupportedBy,
            PartnerId = request.PartnerId ?? defaults.PartnerId,
            StateData = Compact(request.StateData),
            StateDataAsString = request.StateDataAsString,
            Label = request.Label ?? defaults.Label,
            Outcome = request.Outcome,
            FailureCode = request.FailureCode,
            FailureMessage = request.FailureMessage,
            SettleAfter = Milliseconds(request.SettleAfterMs, "settleAfterMs"),
            LateSuccessAfter = Milliseconds(request.LateSuccessAfterMs, "lateSuccessAfterMs"),
            RefundedAfter = Milliseconds(request.RefundedAfterMs, "refundedAfterMs"),
            StateAfterTimeout = request.StatusAfterTimeout switch
            {
                null or "failed" => PaymentState.Failed,
                "pending" => PaymentState.Pending,
                _ => throw new ControlException("Field 'statusAfterTimeout' must be one of pending, failed."),
            },
            ApiStatus = request.ApiStatus,
            Webhook = new WebhookTemplate
            {
                Send = request.Webhook ?? webhookByDefault,
                BeforeApi = Milliseconds(request.WebhookBeforeApiMs, "webhookBeforeApiMs"),
                Duplicates = (int)InRange(request.Duplicates, "duplicates", 0, 1000),
                Shuffle = request.Shuffle,
                Signature = request.Signature,
                ClaimedAmount = Compact(request.WebhookAmount),
                ClaimedStateData = Compact(request.WebhookStateData),
                Dialect = request.Dialect,
                Event = request.Event,
            },
        };
    }

    public static SandboxMerchant MerchantOf(string? name, MerchantDirectory merchants) =>
        merchants.ByName(name ?? MerchantDirectory.DefaultName) ?? throw new ControlException(
            $"No merchant '{name}'. Known: {string.Join(", ", merchants.Names)}; more by Sandbox__Merchants__{name}__PrivateKey and so on.");

    /// <summary>The form of a transaction's id everywhere in this product.</summary>
    public static string ValidId(string id, string field) => IdForm().IsMatch(id)
        ? id
        : throw new ControlException($"Field '{field}' must be 1 to 64 of A-Z, a-z, 0-9, underscore and hyphen.");

    public static long InRange(long value, string field, long least, long most) => value >= least && value <= most
        ? value
        : throw new ControlException($"Field '{field}' must be {least} to {most}.");

    private static TimeSpan? Milliseconds(long? value, string field) => value is { } given ? Milliseconds(given, field) : null;

    private static TimeSpan Milliseconds(long value, string field) =>
        TimeSpan.FromMilliseconds(InRange(value, field, 0, MaxMilliseconds));

    private static string? Compact(JsonElement? json) => json switch
    {
        null or { ValueKind: JsonValueKind.Undefined } => null,
        { } given => JsonSerializer.Serialize(given, StrictJson.Options),
    };

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}\\z")]
    private static partial Regex IdForm();
}
