namespace KkiaEvents.Sandbox.Payments;

/// <summary>The failure code and message of an outcome that names none of its own.</summary>
internal static class FailureReason
{
    public static (string? Code, string? Message) Of(Outcome outcome, string? code, string? message)
    {
        var known = code ?? outcome switch
        {
            Outcome.Failed => "insufficient_fund",
            Outcome.Cancelled => "cancelled_by_user",
            Outcome.Timeout => "timeout",
            _ => null,
        };
        return known is null ? (null, null) : (known, message ?? MessageOf(known));
    }

    private static string MessageOf(string code) => code switch
    {
        "insufficient_fund" or "insufficient_funds" => "Account has insufficient balance for this transaction",
        "cancelled_by_user" => "The customer cancelled the payment",
        "user_rejected" => "The customer declined the payment prompt",
        "timeout" => "The customer did not confirm within 90 seconds",
        "wrong_pin" => "Wrong PIN",
        "invalid_phone" or "invalid_number" => "Phone number format is invalid",
        "operator_error" => "Mobile operator service is unavailable",
        "invalid_amount" => "Amount is below minimum or above maximum",
        _ => "Payment failed",
    };
}
