using System.Net;
using System.Net.Http.Headers;

namespace KkiaEvents.Kkiapay;

/// <summary>An answer's body, already read, unpacked, and in UTF-8 where that could be done.</summary>
internal sealed class AnswerContent(ReadOnlyMemory<byte> body, string? contentType, UnreadableReason? problem = null) : HttpContent
{
    private const int LongestType = 100;

    public ReadOnlyMemory<byte> Body { get; } = body;

    /// <summary>As it came: whether it is a known one, or one at all, does not matter.</summary>
    public string? ContentType { get; } = contentType;

    /// <summary>Why the body can't be had; null when it can.</summary>
    public UnreadableReason? Problem { get; } = problem;

    public static AnswerContent TooLarge(HttpContentHeaders headers) => new(default, TypeOf(headers), UnreadableReason.TooLarge);

    public static string? TypeOf(HttpContentHeaders headers) =>
        headers.NonValidated.TryGetValues("Content-Type", out var values) && string.Join(", ", values) is { Length: > 0 } type ? ProviderText.OneLine(type, LongestType) : null;

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        await stream.WriteAsync(Body).ConfigureAwait(false);

    protected override bool TryComputeLength(out long length)
    {
        length = Body.Length;
        return true;
    }
}
