using System.Net.Http.Headers;
using System.Text;

namespace KkiaEvents.Sandbox.Webhooks;

/// <summary>Posts one body to a merchant's webhook address, once.</summary>
internal sealed class WebhookTransport(TimeProvider time, IHostApplicationLifetime lifetime) : IDisposable
{
    private const int Connections = 128;

    // A host that is disposed without having been stopped never signals ApplicationStopping.
    private readonly CancellationTokenSource _stopping =
        CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);

    private readonly SemaphoreSlim _slots = new(Connections);
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        MaxConnectionsPerServer = Connections,
        // As the provider's own client sends a secret with an accent: by HTTP's old rule where that has the characters.
        RequestHeaderEncodingSelector = (_, request) =>
            request.Headers.TryGetValues(WebhookSigner.Header, out var values) && values.Any(v => v.Any(c => c > '\u00FF')) ? Encoding.UTF8 : Encoding.Latin1,
    });

    /// <summary>Set when the program stops: a stand-in that stops owes nobody its webhooks.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <returns>The receiver's status, or why none came.</returns>
    /// <exception cref="OperationCanceledException">The program stops.</exception>
    public async Task<(int? Status, string? Error)> PostAsync(
        Uri url, ReadOnlyMemory<byte> body, string contentType, string? signature)
    {
        var stopping = Stopping;
        await _slots.WaitAsync(stopping);
        try
        {
            using var timeout = new CancellationTokenSource(RetrySchedule.AttemptTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(body) };
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            if (signature is not null) request.Headers.TryAddWithoutValidation(WebhookSigner.Header, signature);
            try
            {
                using var response = await _http.SendAsync(request, either.Token);
                return ((int)response.StatusCode, null);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                return (null, $"no answer within {RetrySchedule.AttemptTimeout.TotalSeconds:0} s");
            }
            catch (HttpRequestException e)
            {
                return (null, e.HttpRequestError == HttpRequestError.Unknown ? e.Message : e.HttpRequestError.ToString());
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose()
    {
        // Neither the source nor the semaphore is disposed: deliveries that are ending still hold them.
        _stopping.Cancel();
        _http.Dispose();
    }
}
