using KkiaEvents.Sandbox.Payments;

namespace KkiaEvents.Sandbox.Control;

/// <summary>A payment as the control API shows it.</summary>
/// <param name="TransactionId">Its id.</param>
/// <param name="Merchant">Whose.</param>
/// <param name="Outcome">What its template makes of it.</param>
/// <param name="Status">What the API answers now, in the Rest dialect's words.</param>
/// <param name="Amount">Whole XOF.</param>
/// <param name="Fees">Whole XOF.</param>
/// <param name="Method">MOBILE_MONEY, CARD, WALLET.</param>
/// <param name="PartnerId">The widget's partnerId.</param>
/// <param name="FailureCode">While it is a failure.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Verifications">How often the API was asked about it.</param>
internal sealed record PaymentView(
    string TransactionId,
    string Merchant,
    Outcome Outcome,
    string Status,
    long Amount,
    long Fees,
    string Method,
    string PartnerId,
    string? FailureCode,
    DateTimeOffset CreatedAt,
    int Verifications)
{
    public static PaymentView Of(Payment payment, DateTimeOffset now)
    {
        var facts = payment.At(now);
        return new PaymentView(
            payment.Id,
            payment.Template.Merchant.Name,
            payment.Template.Outcome,
            facts.Word ?? StatusWords.Rest(facts.State),
            payment.Template.Amount,
            payment.Template.Fees,
            payment.Template.Method,
            payment.PartnerId,
            facts.FailureCode,
            payment.CreatedAt,
            payment.Verifications);
    }
}
