using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.Load;

/// <summary>Whole HTTP requests, made before the clock starts: each payment's success webhook as the provider's document has it, signed by HMAC.</summary>
internal sealed class WebhookRequests(Uri ingress, string secret)
{
    private readonly byte[] key = Encoding.UTF8.GetBytes(secret);
    private readonly string authority = ingress.Authority;

    public byte[][] For(PaymentSeries series)
    {
        var requests = new byte[series.Count][];
        Parallel.For(0, series.Count, number => requests[number] = For(series, number));
        return requests;
    }

    public byte[] For(PaymentSeries series, int number)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        var body = Encoding.UTF8.GetBytes(
            $$$"""
            {"event":"transaction.success","transactionId":"{{{series.TransactionOf(number)}}}","isPaymentSucces":true,"method":"MOBILE_MONEY","account":"+22967434270","amount":{{{PaymentSeries.Amount}}},"fees":25,"label":"Order {{{digits}}}","partnerId":"partner-{{{digits}}}","performedAt":"2026-01-31T12:00:00Z","stateData":{"orderId":"{{{series.OrderOf(digits)}}}"}}
            """);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, body));
        var head = Encoding.ASCII.GetBytes(
            $"POST /webhook/kkiapay HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\nx-kkiapay-secret: {signature}\r\nContent-Length: {body.Length}\r\n\r\n");
        return [.. head, .. body];
    }
}
