using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Payments;
using Microsoft.Extensions.Options;

namespace KkiaEvents.Processor.Settling;

/// <summary>
/// Sends refunds that operators asked for. The sending is recorded before the call: whatever happens to the answer, or to
/// this process, none is sent twice. What KKiaPay did not take (keys refused, too many requests) is sent
/// again; a clear refusal makes room for a person's next attempt.
/// </summary>
internal sealed partial class RefundSender(
    IKkiapayClientFactory clients, SharedAccounts accounts, PaymentActs acts, StoreRetry store, ProcessorMetrics metrics, AnswerWatch answers, ILogger<RefundSender> log)
{
    public async Task SendAsync(Payment payment, CancellationToken stopping)
    {
        if (accounts.ProblemOf(payment.Merchant) is { } shared)
        {
            LogNotSent(shared, payment.Id);
            return;
        }

        IKkiapayClient client;
        try
        {
            client = clients.GetClient(payment.Merchant);
        }
        catch (Exception e) when (e is InvalidOperationException or OptionsValidationException)
        {
            LogNotSent(e.Message, payment.Id);
            return;
        }

        // Before the retries of the store: a claim whose commit's answer was lost is found to be this sending's own.
        var sending = Guid.CreateVersion7();
        if (!await store.RunAsync(cancellation => acts.TryClaimRefundAsync(payment.Key(), sending, cancellation), stopping))
            return;
        var (answer, detail) = await AskAsync(client, payment, stopping);
        metrics.Refunded(answer.ToString());
        LogAnswered(answer, detail, payment.Id);
        await store.RunAsync(
            async cancellation =>
            {
                await acts.RecordRefundAsync(payment.Key(), sending, answer, detail, cancellation);
                return true;
            },
            stopping);
    }

    private async Task<(RefundAnswer Answer, string? Detail)> AskAsync(IKkiapayClient client, Payment payment, CancellationToken stopping)
    {
        try
        {
            var refund = await client.RefundAsync(payment.TransactionId, payment.RefundReason ?? "", stopping);
            answers.Answered(payment.Merchant);
            // Given back before: nothing is owed, as far as KKiaPay says. Verifying confirms either.
            return (refund.Result is RefundResult.Refunded or RefundResult.AlreadyRefunded ? RefundAnswer.Accepted : RefundAnswer.Refused, refund.Message ?? refund.Result.ToString());
        }
        catch (KkiapayException e) when (e is KkiapayAuthenticationException or KkiapayUnavailableException { StatusCode: StatusCodes.Status429TooManyRequests })
        {
            return (RefundAnswer.NotTaken, e.Message);
        }
        catch (KkiapayProtocolException e)
        {
            answers.Unreadable(payment.Merchant, e, payment.Id);
            return (RefundAnswer.Lost, e.Message);
        }
        catch (Exception e)
        {
            return (RefundAnswer.Lost, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Refund sent, the answer: {Answer} ({Detail}) {CorrelationId}")]
    private partial void LogAnswered(RefundAnswer answer, string? detail, string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Refund not sent ({Error}): it waits {CorrelationId}")]
    private partial void LogNotSent(string error, string correlationId);
}
