using System.Threading.RateLimiting;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Processor.Pacing;
using Microsoft.Extensions.Options;

namespace KkiaEvents.Processor.Settling;

/// <summary>Asks KKiaPay about payments, many at once up to a limit. Whatever goes wrong is no answer, never a status.</summary>
internal sealed partial class Verifier(
    IKkiapayClientFactory clients, SharedAccounts accounts, ProviderGate gate, OrderPolicies policies, ProcessorOptions options, ProcessorMetrics metrics, AnswerWatch answers, TimeProvider time, ILogger<Verifier> log) : IDisposable
{
    // Less than that is no sign of trouble: the question may have begun just before its batch's patience ended.
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(1);

    // Each merchant has places of its own: one whose questions hang takes none of another's.
    private readonly PartitionedRateLimiter<string> _places = PartitionedRateLimiter.Create<string, string>(merchant =>
        RateLimitPartition.GetConcurrencyLimiter(merchant, _ => new() { PermitLimit = options.ParallelVerifications, QueueLimit = int.MaxValue }));

    /// <summary>Asks about one payment.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="patience">Ends the wait; the question is then due again.</param>
    /// <param name="stopping">Ends the service.</param>
    public async Task<(VerificationAnswered? Answer, NoAnswer? None)> AskAsync(PaymentKey key, CancellationToken patience, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience, stopping);
        var asked = 0L;
        try
        {
            using var place = await _places.AcquireAsync(key.Merchant, 1, either.Token);
            // It may have opened while this one waited for its place.
            if (gate.IsOpen(key.Merchant))
                return (null, gate.PutOff(key.Merchant));
            if (accounts.ProblemOf(key.Merchant) is { } shared)
                return None(key, "keys_unusable", shared, keysRefused: true);
            asked = time.GetTimestamp();
            var answer = await clients.GetClient(key.Merchant).VerifyAsync(key.TransactionId, either.Token);
            gate.Answered(key.Merchant);
            answers.Answered(key.Merchant, answer, key.StreamId);
            // Keys that changed just before the question may have become those of another merchant: the answer decides nothing.
            if (accounts.ProblemOf(key.Merchant) is { } sharedSince)
                return None(key, "keys_unusable", sharedSince, keysRefused: true);
            metrics.Verified(answer.Status.ToString());
            var orderId = OrderReference.Find(policies.Of(key.Merchant).ReferencePlaces, answer.StateData, answer.PartnerId);
            return (new VerificationAnswered(answer, orderId, time.GetUtcNow()), null);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            if (asked != 0 && time.GetElapsedTime(asked) >= LongWait)
                gate.Failed(key.Merchant, "timeout", null);
            return None(key, "timeout", "KKiaPay did not answer in time.");
        }
        catch (KkiapayUnavailableException e)
        {
            return None(key, e.StatusCode == 429 ? "rate_limited" : "unavailable", e.Message, e.RetryAfter);
        }
        catch (KkiapayAuthenticationException e)
        {
            gate.Answered(key.Merchant);
            LogKeysRefused(key.Merchant, e.StatusCode, key.StreamId);
            return None(key, "keys_refused", e.Message, keysRefused: true);
        }
        catch (KkiapayProtocolException e)
        {
            gate.Answered(key.Merchant);
            answers.Unreadable(key.Merchant, e, key.StreamId);
            return None(key, "unreadable", e.Message, unreadable: true);
        }
        catch (OptionsValidationException e)
        {
            // A secret's file was emptied or is half written while we run: this merchant's questions wait, nobody else's.
            LogKeysUnusable(key.Merchant, e.Message, key.StreamId);
            return None(key, "keys_unusable", "The merchant's keys can't be used as they are configured.", keysRefused: true);
        }
        catch (InvalidOperationException e)
        {
            // The merchant was taken out of the configuration while its payments are still in the queue.
            LogNoMerchant(key.Merchant, key.StreamId);
            return None(key, "no_such_merchant", e.Message, keysRefused: true);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // Not foreseen; it must cost this payment a wait, and no other anything.
            LogUnforeseen(e, key.StreamId);
            return None(key, "error", e.Message);
        }
    }

    public void Dispose() => _places.Dispose();

    private (VerificationAnswered?, NoAnswer?) None(PaymentKey key, string result, string error, TimeSpan? retryAfter = null, bool keysRefused = false, bool unreadable = false)
    {
        metrics.Verified(result);
        LogNoAnswer(error, key.StreamId);
        return (null, new NoAnswer(error, time.GetUtcNow(), retryAfter, keysRefused, Unreadable: unreadable));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No answer from KKiaPay ({Error}): {CorrelationId} is due again")]
    private partial void LogNoAnswer(string error, string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "KKiaPay refuses merchant {Merchant}'s keys ({StatusCode}). Check Kkiapay__Merchants__{Merchant}__PrivateKey and its kin; {CorrelationId} waits")]
    private partial void LogKeysRefused(string merchant, int statusCode, string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Merchant {Merchant}'s keys can't be used: {Error} {CorrelationId} waits")]
    private partial void LogKeysUnusable(string merchant, string error, string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Asking KKiaPay failed in a way that nobody foresaw: {CorrelationId} is due again")]
    private partial void LogUnforeseen(Exception error, string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Merchant {Merchant} is not configured any more. Set Kkiapay__Merchants__{Merchant}__PrivateKey; {CorrelationId} waits")]
    private partial void LogNoMerchant(string merchant, string correlationId);
}
