using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace KkiaEvents.Kkiapay;

/// <summary>What the client tells OpenTelemetry: <c>AddSource(KkiapayTelemetry.Name)</c> and <c>AddMeter(KkiapayTelemetry.Name)</c>.</summary>
public static class KkiapayTelemetry
{
    /// <summary>The name of the activity source, of the meter, and of the named <see cref="HttpClient"/>.</summary>
    public const string Name = "KkiaEvents.Kkiapay";

    private static readonly string? Version = typeof(KkiapayTelemetry).Assembly.GetName().Version?.ToString(3);
    private static readonly ActivitySource Source = new(Name, Version);
    private static readonly Meter Meter = new(Name, Version);

    private static readonly Histogram<double> VerifyDuration = Meter.CreateHistogram<double>(
        "kkiapay.verify.duration", "s", "How long a verification took, with all its retries.");

    internal static Activity? Start(string operation, string merchant, KkiapayDialect dialect, string transactionId)
    {
        var activity = Source.StartActivity(operation, ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("kkiapay.merchant", merchant);
            activity.SetTag("kkiapay.dialect", NameOf(dialect));
            activity.SetTag("kkiapay.transaction_id", transactionId);
        }

        return activity;
    }

    internal static void Finish(Activity? activity, string result, bool failed)
    {
        activity?.SetTag("kkiapay.result", result);
        if (failed)
            activity?.SetStatus(ActivityStatusCode.Error, result);
    }

    internal static void Verified(TimeSpan duration, KkiapayDialect dialect, string result)
    {
        if (!VerifyDuration.Enabled)
            return;
        VerifyDuration.Record(
            duration.TotalSeconds,
            new KeyValuePair<string, object?>("kkiapay.dialect", NameOf(dialect)),
            new KeyValuePair<string, object?>("kkiapay.result", result));
    }

    /// <summary>The result's name for tags, which are few and in lower case.</summary>
    internal static string NameOf(TransactionStatus status) => status switch
    {
        TransactionStatus.Complete => "complete",
        TransactionStatus.Failed => "failed",
        TransactionStatus.Cancelled => "cancelled",
        TransactionStatus.Refunded => "refunded",
        TransactionStatus.NotFound => "not_found",
        TransactionStatus.NotYours => "not_yours",
        TransactionStatus.NotAPayment => "not_a_payment",
        _ => "pending",
    };

    /// <summary>The same for a refund.</summary>
    internal static string NameOf(RefundResult result) => result switch
    {
        RefundResult.Refunded => "refunded",
        RefundResult.NotFound => "not_found",
        RefundResult.AlreadyRefunded => "already_refunded",
        _ => "not_eligible",
    };

    /// <summary>The same for what is not an answer about the payment.</summary>
    internal static string NameOf(Exception error) => error switch
    {
        KkiapayUnavailableException => "unavailable",
        KkiapayAuthenticationException => "refused_keys",
        KkiapayProtocolException => "unreadable",
        OperationCanceledException => "abandoned",
        _ => "error",
    };

    private static string NameOf(KkiapayDialect dialect) => dialect == KkiapayDialect.Sdk ? "sdk" : "rest";
}
