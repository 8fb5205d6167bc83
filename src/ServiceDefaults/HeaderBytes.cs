using System.Text;

namespace KkiaEvents.ServiceDefaults;

/// <summary>
/// How the bytes of a request's headers become text. HTTP says nothing of bytes above 127; clients write Latin-1 (Python's
/// requests, Node) or UTF-8. Kestrel alone takes UTF-8 only and answers anything else 400 before our code hears of it, although
/// the header is one that nobody reads. As Latin-1 every byte is a character, and no byte is lost.
/// </summary>
internal static class HeaderBytes
{
    // Kestrel checks the characters of Host, and nothing here goes by them.
    private static readonly Encoding Host = Encoding.GetEncoding("us-ascii", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("-"));

    /// <summary>The encoding of a header's value; null for Kestrel's own way.</summary>
    public static Encoding? EncodingOf(string header) =>
        header.Equals("Host", StringComparison.OrdinalIgnoreCase) ? Host
        : header.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? null
        : Encoding.Latin1;
}
