using System.Net;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// The innermost handler: reads the body while the attempt's time-out still counts (HttpClient itself would read it after
/// all handlers are done) and no further than a bound that no real answer comes near.
/// </summary>
internal sealed class AnswerHandler : DelegatingHandler
{
    public const int MaxBody = 256 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            if (!HasBodyToRead(response.StatusCode))
                return response;

            var came = response.Content;
            var body = await ReadAsync(came, cancellationToken).ConfigureAwait(false);
            response.Content = body is { } read ? AnswerBody.Open(read, came.Headers) : AnswerContent.TooLarge(came.Headers);
            came.Dispose();
            return response;
        }
        catch (IOException e)
        {
            response.Dispose();
            throw new HttpRequestException("The answer ended before it was complete.", e);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static bool HasBodyToRead(HttpStatusCode status) =>
        (int)status is >= 200 and < 300 or >= 400 and < 500
        && status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        && !CallBudget.IsUnavailable(status);

    /// <returns>The body; null when it is longer than <see cref="MaxBody"/>. Asking again would not make it shorter.</returns>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength;
        if (announced > MaxBody)
            return null;

        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        // One byte more than announced, so that the read that finds the end needs no larger buffer.
        var buffer = new byte[announced is { } length ? (int)length + 1 : 2048];
        var used = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(used), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return buffer.AsMemory(0, used);
            used += read;
            if (used > MaxBody)
                return null;
            if (used == buffer.Length)
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxBody + 1));
        }
    }
}
