using System.Globalization;
using KkiaEvents.Sandbox.Merchants;
using KkiaEvents.Sandbox.Webhooks;

namespace KkiaEvents.Sandbox.Payments;

/// <summary>Everything a payment is and will become. Shared by all the payments of a bulk, so that 100,000 cost little.</summary>
internal sealed record PaymentTemplate
{
    /// <summary>In <c>partnerId</c>, <c>stateData</c> and <c>label</c> of a bulk, the payment's number stands here.</summary>
    public const string NumberPlaceholder = "{n}";

    public required SandboxMerchant Merchant { get; init; }

    /// <summary>Whole XOF.</summary>
    public long Amount { get; init; } = 5000;

    /// <summary>Whole XOF.</summary>
    public long Fees { get; init; } = 25;

    public string Type { get; init; } = "DEBIT";

    public string Method { get; init; } = "MOBILE_MONEY";

    public string Operator { get; init; } = "mtn";

    public string Phone { get; init; } = "+22967434270";

    public string Name { get; init; } = "Test Payer";

    public string Email { get; init; } = "payer@example.com";

    public string FeeSupportedBy { get; init; } = "merchant";

    public string PartnerId { get; init; } = "";

    /// <summary>The shop's own data as compact JSON; null when the payment carries none.</summary>
    public string? StateData { get; init; }

    /// <summary>The provider sends it at times as a JSON string in place of the object.</summary>
    public bool StateDataAsString { get; init; }

    public string Label { get; init; } = "Product Purchase";

    public Outcome Outcome { get; init; }

    public string? FailureCode { get; init; }

    public string? FailureMessage { get; init; }

    /// <summary>From creation to the outcome; pending until then.</summary>
    public TimeSpan SettleAfter { get; init; }

    /// <summary>From the failed outcome to its late success.</summary>
    public TimeSpan? LateSuccessAfter { get; init; }

    /// <summary>From the success to its refund.</summary>
    public TimeSpan? RefundedAfter { get; init; }

    /// <summary>What the API says after a timeout: the provider's documents leave it open.</summary>
    public PaymentState StateAfterTimeout { get; init; } = PaymentState.Failed;

    /// <summary>A status word that the API answers whatever the state, once settled; null for the state's own.</summary>
    public string? ApiStatus { get; init; }

    public WebhookTemplate Webhook { get; init; } = new();

    public static string? Numbered(string? text, int number) => text is not null && number >= 0
        ? text.Replace(NumberPlaceholder, number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        : text;
}
