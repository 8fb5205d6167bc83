using CsCheck;
using KkiaEvents.Console.Requests;
using KkiaEvents.Tests.Unit.Fuzzing;

namespace KkiaEvents.Tests.Unit.Console;

/// <summary>A path of the API is routed as it was sent, and the id in it is one segment.</summary>
public class IdsInPathsTests
{
    [Theory]
    [InlineData("/api/v1/orders/stub/INV%2F2025%2F0001", "GET", "/api/v1/orders/stub/INV%2F2025%2F0001")]
    [InlineData("/api/v1/orders/stub/INV/2025/0001", "GET", "/api/v1/orders/stub/INV%2F2025%2F0001")]
    [InlineData("/api/v1/orders/stub/INV/2025%2f0001/", "GET", "/api/v1/orders/stub/INV%2F2025%2F0001")]
    [InlineData("/api/v1/orders/stub/INV/2025/0001/release", "POST", "/api/v1/orders/stub/INV%2F2025%2F0001/release")]
    [InlineData("/api/v1/orders/stub/A-7/release", "POST", "/api/v1/orders/stub/A-7/release")]
    [InlineData("/api/v1/orders/stub/release?id=A%2F7", "POST", "/api/v1/orders/stub/release")]
    [InlineData("/api/v1/orders/stub/release/release", "POST", "/api/v1/orders/stub/release/release")]
    [InlineData("/api/v1/orders/stub/", "GET", "/api/v1/orders/stub")]
    [InlineData("/api/v1/orders/stub/..", "GET", "/api/v1/orders/stub/..")]
    [InlineData("/api/v1/orders/stub/%2E%2E", "GET", "/api/v1/orders/stub/..")]
    [InlineData("/api/v1/orders/stub/%252F", "GET", "/api/v1/orders/stub/%252F")]
    [InlineData("/api/v1/orders/stub/50%", "GET", "/api/v1/orders/stub/50%25")]
    [InlineData("/api/v1/orders/stub/%FF", "GET", "/api/v1/orders/stub/%25FF")]
    [InlineData("/api/v1/dead-letters/kkiaevents-dead/a/b/retry", "POST", "/api/v1/dead-letters/kkiaevents-dead/a%2Fb/retry")]
    [InlineData("/API/v1/payments?order=a/b", "GET", "/api/v1/payments")]
    [InlineData("/api/v1/payments/stub/t1/refund/settle", "POST", "/api/v1/payments/stub/t1/refund/settle")]
    [InlineData("/api/v1/%6Frders/stub/A-7", "GET", "/api/v1/orders/stub/A-7")]
    public void A_path_is_routed_by_its_segments_as_they_were_sent(string target, string method, string routed) =>
        Assert.Equal(routed, IdsInPaths.Routed(target, method));

    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/api/v1")]
    [InlineData("*")]
    [InlineData("http://console/api/v1/orders/stub/A-7")]
    public void Any_other_target_is_the_servers(string target) => Assert.Null(IdsInPaths.Routed(target, "GET"));

    [Fact]
    public void Any_id_is_one_segment_that_unescapes_to_the_id()
    {
        var id = Gen.OneOf(HostileText.Any, Fuzz.OneOf(".", "..", "/", "//", "a/../b", "%2F", "%252F", "%", "a?b#c", "release", "a/release", " ", "+"));
        Fuzz.Holds(id.Where(t => t.Length > 0 && IsText(t)), text =>
        {
            foreach (var (method, act) in new[] { ("GET", ""), ("POST", "/release") })
            {
                var routed = IdsInPaths.Routed($"/api/v1/orders/stub/{Uri.EscapeDataString(text)}{act}?x=1/2", method)!;
                var segments = routed.Split('/');
                Assert.Equal(act.Length == 0 ? 6 : 7, segments.Length);
                Assert.Equal(text, Uri.UnescapeDataString(segments[5]));
            }
        }, text => text);
    }

    // Nothing else can be escaped.
    private static bool IsText(string text) => !text.EnumerateRunes().Contains(System.Text.Rune.ReplacementChar);
}
