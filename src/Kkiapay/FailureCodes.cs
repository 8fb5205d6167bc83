using System.Collections.Frozen;

namespace KkiaEvents.Kkiapay;

/// <summary>What a failure code means for the customer.</summary>
/// <param name="Code">The code as it came, or <c>unknown</c>.</param>
/// <param name="RetryAdvised">True when a new attempt makes sense as it is.</param>
/// <param name="English">A sentence for the customer.</param>
/// <param name="French">The same in French.</param>
public sealed record FailureAdvice(string Code, bool RetryAdvised, string English, string French);

/// <summary>KKiaPay's failure codes, both sources' (wire notes, "Payment facts").</summary>
public static class FailureCodes
{
    private static readonly FailureAdvice Unknown = new("unknown", true,
        "The payment failed. Please try again.",
        "Le paiement a échoué. Veuillez réessayer.");

    private static readonly FrozenDictionary<string, FailureAdvice> Known = All()
        .ToFrozenDictionary(advice => advice.Code, StringComparer.OrdinalIgnoreCase);

    /// <summary>What a code means; a code that we don't know keeps its name and gets a general sentence.</summary>
    /// <param name="code">KKiaPay's <c>failureCode</c>, either case; null or blank when it gave none.</param>
    public static FailureAdvice Describe(string? code)
    {
        if (string.IsNullOrWhiteSpace(code))
            return Unknown;
        var advice = Known.GetValueOrDefault(code.Trim(), Unknown);
        return advice.Code == code ? advice : advice with { Code = code };
    }

    /// <summary>True for a code that either source names, either case.</summary>
    public static bool IsKnown(string code) => Known.ContainsKey(code);

    private static FailureAdvice[] All() =>
    [
        Change("insufficient_fund", Funds.English, Funds.French),
        Change("insufficient_funds", Funds.English, Funds.French),
        Change("invalid_phone", Number.English, Number.French),
        Change("invalid_number", Number.English, Number.French),
        Change("invalid_amount",
            "The amount is below the minimum or above the maximum allowed. Please change the amount.",
            "Le montant est inférieur au minimum ou supérieur au maximum autorisé. Veuillez modifier le montant."),
        Change("payment_declined",
            "The payment was declined. Please use another number or another means of payment.",
            "Le paiement a été refusé. Veuillez utiliser un autre numéro ou un autre moyen de paiement."),
        Change("card_declined",
            "Your card was declined. Please use another card or contact your bank.",
            "Votre carte a été refusée. Veuillez utiliser une autre carte ou contacter votre banque."),
        Change("card_fraudulent",
            "Your card can't be accepted. Please use another means of payment or contact your bank.",
            "Votre carte ne peut pas être acceptée. Veuillez utiliser un autre moyen de paiement ou contacter votre banque."),
        Retry("operator_error",
            "Your mobile operator's service is not available right now. Please try again in a few minutes.",
            "Le service de votre opérateur mobile est momentanément indisponible. Veuillez réessayer dans quelques minutes."),
        Retry("timeout",
            "The payment was not confirmed within 90 seconds. Please try again and confirm it on your phone.",
            "Le paiement n'a pas été confirmé dans les 90 secondes. Veuillez réessayer et le confirmer sur votre téléphone."),
        Retry("user_rejected",
            "You declined the payment on your phone. You can try again.",
            "Vous avez refusé le paiement sur votre téléphone. Vous pouvez réessayer."),
        Retry("cancelled_by_user", Cancelled.English, Cancelled.French),
        Retry("cancelled", Cancelled.English, Cancelled.French),
        Retry("processing_error", Temporary.English, Temporary.French),
        Retry("transaction_error", Temporary.English, Temporary.French),
        Retry("network_error",
            "The connection was lost during the payment. Please try again.",
            "La connexion a été interrompue pendant le paiement. Veuillez réessayer."),
        Retry("wrong_pin",
            "The PIN was wrong. Please try again with the right PIN.",
            "Le code PIN est incorrect. Veuillez réessayer avec le bon code."),
    ];

    private static FailureAdvice Retry(string code, string english, string french) => new(code, true, english, french);

    private static FailureAdvice Change(string code, string english, string french) => new(code, false, english, french);

    // Properties, because a static field declared below another's initializer is still null when that one runs.
    private static (string English, string French) Funds =>
        ("Your account balance is too low. Please add funds or use another account.",
            "Le solde de votre compte est insuffisant. Veuillez l'approvisionner ou utiliser un autre compte.");

    private static (string English, string French) Number =>
        ("This phone number can't be used for the payment. Please check it, country code included.",
            "Ce numéro de téléphone ne peut pas être utilisé pour le paiement. Veuillez le vérifier, indicatif du pays compris.");

    private static (string English, string French) Cancelled =>
        ("The payment was cancelled. You can try again.",
            "Le paiement a été annulé. Vous pouvez réessayer.");

    private static (string English, string French) Temporary =>
        ("A temporary error occurred. Please try again.",
            "Une erreur temporaire est survenue. Veuillez réessayer.");
}
