using Microsoft.AspNetCore.Http;

namespace KkiaEvents.ServiceDefaults;

/// <summary>Why the server refused a request, or a connection, before any of our code saw it.</summary>
/// <param name="Reason">The reason as the metric has it.</param>
/// <param name="Advice">What it means, for a log, in a sentence. None of the request's own words.</param>
public sealed record ServerRefusal(string Reason, string Advice)
{
    /// <summary>The TLS handshake failed.</summary>
    public static readonly ServerRefusal Tls = new("tls", "the TLS handshake failed: the client spoke plain HTTP, offered no version or cipher that is taken here, or gave up.");

    private static readonly ServerRefusal TlsAtPlainPort = new("tls_at_plain_port", "it began with a TLS handshake, and this address is plain HTTP: the sender's URL says https where it must say http, or TLS is not configured here.");

    private static readonly ServerRefusal RequestLine = new("bad_request_line", "the request's first line is not HTTP/1.1's. Is the URL percent-encoded, and is it HTTP at all?");

    private static readonly ServerRefusal LongRequestLine = new("request_line_too_long", "the request's first line is longer than is taken here: look at the URL.");

    private static readonly ServerRefusal Version = new("http_version", "the request is of another HTTP version than 1.0 and 1.1.");

    private static readonly ServerRefusal Headers = new("bad_headers", "a header is none: a NUL or a line break in its value, a character in its name that no name has, or no end.");

    private static readonly ServerRefusal LongHeaders = new("headers_too_large", "the headers are longer, or more, than are taken here.");

    private static readonly ServerRefusal Host = new("bad_host", "the header Host is missing, came twice, or is no host.");

    private static readonly ServerRefusal Slow = new("head_too_slow", "its first line and headers did not come in time.");

    private static readonly ServerRefusal Framing = new("malformed", "the body's length is not told as HTTP/1.1 has it: a Content-Length that is no number, several, or a Transfer-Encoding other than chunked.");

    private static readonly ServerRefusal TooLarge = new("too_large", "the body is larger than is taken here.");

    private static readonly ServerRefusal Other = new("bad_request", "it is not HTTP/1.1.");

    // Kestrel keeps its own reasons to itself: the status, and how its sentence begins, are what it tells. The rest of the
    // sentence may repeat the request, a secret in it too, so no more than its beginning is read.
    private static readonly (string Beginning, ServerRefusal Refusal)[] Beginnings =
    [
        ("Invalid request line", RequestLine), ("Invalid request target", RequestLine), ("Method not allowed", RequestLine),
        ("Detected a TLS handshake", TlsAtPlainPort),
        ("Malformed request", Headers), ("Invalid request header", Headers), ("Invalid characters in header name", Headers),
        ("Invalid Host header", Host), ("Multiple Host headers", Host), ("Request is missing Host header", Host),
        ("Invalid content length", Framing), ("Multiple Content-Length headers", Framing), ("The message body length", Framing),
        ("Bad chunk", Framing), ("Chunked request incomplete", Framing), ("Unexpected end of request content", Framing),
    ];

    /// <summary>What a refusal of Kestrel's is.</summary>
    /// <param name="error">What it threw; null when it does not say.</param>
    public static ServerRefusal Of(Exception? error) => (error as BadHttpRequestException)?.StatusCode switch
    {
        StatusCodes.Status408RequestTimeout => Slow,
        StatusCodes.Status411LengthRequired => Framing,
        StatusCodes.Status413PayloadTooLarge => TooLarge,
        StatusCodes.Status414UriTooLong => LongRequestLine,
        StatusCodes.Status431RequestHeaderFieldsTooLarge => LongHeaders,
        StatusCodes.Status505HttpVersionNotsupported => Version,
        _ => Beginnings.FirstOrDefault(b => error?.Message.StartsWith(b.Beginning, StringComparison.Ordinal) == true).Refusal ?? Other,
    };
}
