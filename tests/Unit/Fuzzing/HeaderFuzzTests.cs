using CsCheck;
using KkiaEvents.Ingress.Webhooks;
using Microsoft.AspNetCore.Http;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>What a sender calls its body decides nothing about an authentic webhook, and makes no forged one authentic.</summary>
public sealed class HeaderFuzzTests
{
    private const string Secret = "clé-secrète-2024";

    private static readonly Gen<string?> Types = Gen.Frequency(
        (3, Fuzz.OneOf<string?>(null, "", "application/json", "text/plain", "application/x-www-form-urlencoded", "application/octet-stream", "text/json", "*/*", "json", ";", "application/json; charset=latin1", "\u00e9;\u00ff=\u0080")),
        (1, HostileText.Any.Select(t => (string?)t)));

    private static readonly Gen<string[]> Encodings = Gen.Frequency(
        (3, Fuzz.OneOf("", "utf-8", "UTF8", "identity", "gzip", "GZIP", " br ", "identity, gzip", "utf-8,deflate", "none", "application/json", "\u00e9", ",,")),
        (1, HostileText.Any)).Array[0, 3];

    [Fact]
    public void Any_type_and_any_encoding_leave_an_authentic_webhook_to_its_body() => Fuzz.Holds(
        Gen.Select(Types, Encodings),
        headers => Assert.Null(WebhookHeaders.ProblemOf(Request(headers.Item1, headers.Item2), Secret, [Secret])),
        Print);

    [Fact]
    public void Any_type_and_any_encoding_leave_a_forged_webhook_refused() => Fuzz.Holds(
        Gen.Select(Types, Encodings),
        headers =>
        {
            var request = Request(headers.Item1, headers.Item2);
            var refusal = WebhookHeaders.ProblemOf(request, Secret + "x", [Secret]);
            var coded = headers.Item2.Any(line => line.Split(',').Any(c => c.Trim().ToLowerInvariant() is "gzip" or "br" or "deflate"));
            Assert.Equal(WebhookHeaders.CodingOf(request) is not null, coded);
            Assert.Equal(coded ? 415 : 401, refusal?.Status);
        },
        Print);

    private static HttpRequest Request(string? type, string[] encodings)
    {
        var request = new DefaultHttpContext().Request;
        request.ContentType = type;
        request.Headers.ContentEncoding = encodings;
        return request;
    }

    private static string Print((string?, string[]) headers) => System.Text.Json.JsonSerializer.Serialize(new { Type = headers.Item1, Encodings = headers.Item2 });
}
