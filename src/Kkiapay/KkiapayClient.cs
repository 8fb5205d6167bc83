using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Options;
using Polly.Timeout;

namespace KkiaEvents.Kkiapay;

/// <summary>The client of one merchant. Reads the merchant's options at each call, so that new keys count from the next one.</summary>
internal sealed class KkiapayClient(string merchant, IOptionsMonitor<KkiapayOptions> options, HttpClient http, TimeProvider clock)
    : IKkiapayClient
{
    private KkiapayConnection? _connection;

    public async Task<KkiapayTransaction> VerifyAsync(string transactionId, CancellationToken cancellationToken = default)
    {
        TransactionIdForm.Require(transactionId);
        var connection = Connect();
        var limits = connection.Options;
        var budget = new CallBudget(merchant, clock, limits.TotalTimeout, limits.AttemptTimeout, limits.Retries);
        using var activity = KkiapayTelemetry.Start("kkiapay.verify", merchant, connection.Dialect, transactionId);
        try
        {
            using var request = connection.Verification(transactionId);
            var answer = await SendAsync(request, transactionId, budget, cancellationToken).ConfigureAwait(false);
            var transaction = TransactionReader.Read(answer, connection.Dialect);
            Finish(activity, KkiapayTelemetry.NameOf(transaction.Status), failed: false, budget, connection);
            return transaction;
        }
        catch (Exception e)
        {
            Finish(activity, KkiapayTelemetry.NameOf(e), failed: true, budget, connection);
            throw;
        }
    }

    public async Task<KkiapayRefund> RefundAsync(
        string transactionId, string reason, CancellationToken cancellationToken = default)
    {
        TransactionIdForm.Require(transactionId);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        var connection = Connect();
        // Sent once, so that once may take as long as a call may take: giving up early would leave more refunds in doubt.
        var total = connection.Options.TotalTimeout;
        var budget = new CallBudget(merchant, clock, total, total, retries: 0);
        using var activity = KkiapayTelemetry.Start("kkiapay.refund", merchant, connection.Dialect, transactionId);
        try
        {
            using var request = connection.Refund(transactionId, reason);
            var answer = await SendAsync(request, transactionId, budget, cancellationToken).ConfigureAwait(false);
            var refund = RefundReader.Read(answer, connection.Dialect);
            KkiapayTelemetry.Finish(activity, KkiapayTelemetry.NameOf(refund.Result), failed: false);
            return refund;
        }
        catch (Exception e)
        {
            KkiapayTelemetry.Finish(activity, KkiapayTelemetry.NameOf(e), failed: true);
            throw;
        }
    }

    private static void Finish(
        Activity? activity, string result, bool failed, CallBudget budget, KkiapayConnection connection)
    {
        KkiapayTelemetry.Finish(activity, result, failed);
        KkiapayTelemetry.Verified(budget.Elapsed, connection.Dialect, result);
    }

    /// <summary>The connection for the options as they are now: the monitor hands out a new instance when they change.</summary>
    private KkiapayConnection Connect()
    {
        var current = options.Get(merchant);
        var connection = _connection;
        return connection is not null && ReferenceEquals(connection.Options, current)
            ? connection
            : _connection = new KkiapayConnection(current);
    }

    private async Task<ProviderAnswer> SendAsync(
        HttpRequestMessage request, string transactionId, CallBudget budget, CancellationToken cancellationToken)
    {
        budget.AttachTo(request);
        try
        {
            // The body was read by AnswerHandler; HttpClient must not buffer it once more.
            using var response = await http
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return Judge(response, transactionId, budget);
        }
        catch (TimeoutRejectedException e)
        {
            throw Unavailable(budget, transactionId, $"no answer within {e.Timeout.TotalSeconds:0.###} s", e);
        }
        catch (HttpRequestException e)
        {
            throw Unavailable(budget, transactionId, $"the connection failed ({e.HttpRequestError})", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable(budget, transactionId, "the connection timed out", e);
        }
    }

    private ProviderAnswer Judge(HttpResponseMessage response, string transactionId, CallBudget budget)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new KkiapayAuthenticationException(
                $"KKiaPay refuses the keys of merchant '{merchant}' (HTTP {status}). Check the keys, and that they are of the configured environment.",
                transactionId,
                status);
        }

        if (CallBudget.IsUnavailable(response.StatusCode))
        {
            budget.Note(response);
            throw Unavailable(budget, transactionId, $"it answered HTTP {status}", null);
        }

        if (response.Content is not AnswerContent content)
        {
            throw new KkiapayProtocolException(
                $"KKiaPay's API answered HTTP {status} about transaction {transactionId}{Towards(response)}. Redirects are not followed, because they would carry the keys elsewhere; check ApiBaseUrl.",
                transactionId)
            {
                Reason = UnreadableReason.Redirect,
                StatusCode = status,
                ContentType = AnswerContent.TypeOf(response.Content.Headers),
            };
        }

        var keys = _connection?.Options;
        var answer = new ProviderAnswer(transactionId, status, content.Body)
        {
            ContentType = content.ContentType,
            Keys = [keys?.PrivateKey, keys?.PublicKey, keys?.SecretKey],
        };
        return content.Problem switch
        {
            null => answer,
            UnreadableReason.TooLarge => throw answer.Unreadable(UnreadableReason.TooLarge, $"it is longer than {AnswerHandler.MaxBody} bytes."),
            _ => throw answer.Unreadable(UnreadableReason.Compression, "it is compressed in a way that can't be undone."),
        };
    }

    // The host alone: a path or a query may hold what is nobody's business.
    private static string Towards(HttpResponseMessage response) =>
        response.Headers.Location is { IsAbsoluteUri: true, Host.Length: > 0 } to ? $", towards {ProviderText.OneLine(to.Host, 100)}" : "";

    private static KkiapayUnavailableException Unavailable(CallBudget budget, string transactionId, string why, Exception? inner) =>
        new($"KKiaPay's API gave no usable answer about transaction {transactionId}: {why}. This says nothing about the payment; ask again later.",
            transactionId, budget.LastStatus, budget.LastRetryAfter, inner);
}
