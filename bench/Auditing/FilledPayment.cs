using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Bench.Auditing;

/// <summary>One payment of a filled ledger: what its webhooks say and what KKiaPay answers.</summary>
/// <param name="Key">The payment.</param>
/// <param name="OrderId">Its order; null when it names none.</param>
/// <param name="Amount">Whole XOF.</param>
/// <param name="Begins">When its first webhook arrives, UTC.</param>
/// <param name="Number">A number of its own.</param>
internal sealed record FilledPayment(PaymentKey Key, string? OrderId, long Amount, DateTimeOffset Begins, int Number)
{
    private static readonly string[] Operators = ["mtn", "moov", "celtiis"];

    private string Method => Number % 10 < 8 ? "MOBILE_MONEY" : Number % 10 == 8 ? "CARD" : "WALLET";

    private string Phone => string.Create(CultureInfo.InvariantCulture, $"2290{160000000 + (Number % 9_999_999)}");

    private long Fees => Math.Max(1, Amount * 19 / 1000);

    public WebhookRecorded Claim(DateTimeOffset at, string kind = "transaction.success", string? failureCode = null, long? amount = null)
    {
        var body = JsonSerializer.Serialize(new
        {
            transactionId = Key.TransactionId,
            isPaymentSucces = failureCode is null,
            account = Phone,
            failureCode,
            label = $"Commande {OrderId}",
            method = Method,
            amount = amount ?? Amount,
            fees = Fees,
            partnerId = (string?)null,
            performedAt = at,
            stateData = new { orderId = OrderId, basket = $"b-{Number}" },
            @event = kind,
        });
        var bytes = Encoding.UTF8.GetBytes(body);
        return new(
            Guid.NewGuid(), kind, amount ?? Amount, OrderId, body, Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(SecretOf(Key.Merchant)), bytes)), at);
    }

    public VerificationAnswered Answer(DateTimeOffset at, TransactionStatus status, string? failureCode = null, string? type = "DEBIT", long? amount = null)
    {
        var paid = amount ?? Amount;
        var data = JsonSerializer.SerializeToElement(new { orderId = OrderId, basket = $"b-{Number}" });
        var raw = JsonSerializer.Serialize(new
        {
            performed_at = at,
            received_at = (at - Begins).TotalMilliseconds,
            type,
            status = Word(status),
            source = Method,
            source_common_name = Operators[Number % Operators.Length],
            amount = paid,
            fees = Fees,
            income = paid - Fees,
            failureCode,
            client = new { fullname = $"Client {Number % 5000}", phone = Phone, email = $"client{Number % 5000}@example.com" },
            transactionId = Key.TransactionId,
            state = data.GetRawText(),
            country = "BJ",
        });
        return new(
            new()
            {
                TransactionId = Key.TransactionId, Status = status, ProviderStatus = Word(status), Amount = paid, Fees = Fees, Net = paid - Fees, Type = type,
                Method = Method, Operator = Operators[Number % Operators.Length], Phone = "+" + Phone, Name = $"Client {Number % 5000}",
                Email = $"client{Number % 5000}@example.com", StateData = data, FailureCode = failureCode, PerformedAt = at.AddSeconds(-2), Raw = raw,
            },
            OrderId, at);
    }

    /// <summary>A merchant's webhook secret.</summary>
    public static string SecretOf(string merchant) => $"whsec_{merchant}_0123456789";

    private static string Word(TransactionStatus status) => status switch
    {
        TransactionStatus.Complete => "SUCCESS",
        TransactionStatus.NotFound => "TRANSACTION_NOT_FOUND",
        _ => status.ToString().ToUpperInvariant(),
    };
}
