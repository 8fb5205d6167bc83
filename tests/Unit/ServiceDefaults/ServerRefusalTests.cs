using KkiaEvents.ServiceDefaults;
using Microsoft.AspNetCore.Http;

namespace KkiaEvents.Tests.Unit.ServiceDefaults;

public sealed class ServerRefusalTests
{
    [Theory]
    [InlineData(400, "Invalid request line: 'hunter2'", "bad_request_line")]
    [InlineData(400, "Invalid request header: 'x-kkiapay-secret: hunter2'", "bad_headers")]
    [InlineData(400, "Invalid content length: hunter2", "malformed")]
    [InlineData(400, "Something that no version said yet: hunter2", "bad_request")]
    [InlineData(413, "Request body too large.", "too_large")]
    [InlineData(431, "Request headers too long.", "headers_too_large")]
    public void A_refusal_is_told_in_our_words_and_never_in_the_requests(int status, string message, string reason)
    {
        var refusal = ServerRefusal.Of(new BadHttpRequestException(message, status));
        Assert.Equal(reason, refusal.Reason);
        Assert.DoesNotContain("hunter2", refusal.Advice);
    }

    [Fact]
    public void What_the_server_does_not_say_is_a_bad_request() => Assert.Equal("bad_request", ServerRefusal.Of(null).Reason);
}
