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

            var body = await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false);
            response.Content.Dispose();
            response.Content = new AnswerContent(body);
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

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength;
        if (announced > MaxBody)
            throw new AnswerTooLargeException();

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
                throw new AnswerTooLargeException();
            if (used == buffer.Length)
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxBody + 1));
        }
    }
}

/// <summary>An answer's body, already read.</summary>
internal sealed class AnswerContent(ReadOnlyMemory<byte> body) : HttpContent
{
    public ReadOnlyMemory<byte> Body { get; } = body;

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        await stream.WriteAsync(Body).ConfigureAwait(false);

    protected override bool TryComputeLength(out long length)
    {
        length = Body.Length;
        return true;
    }
}

/// <summary>An answer longer than <see cref="AnswerHandler.MaxBody"/>. Asking again would not make it shorter.</summary>
internal sealed class AnswerTooLargeException() : Exception($"The answer is longer than {AnswerHandler.MaxBody} bytes.");
