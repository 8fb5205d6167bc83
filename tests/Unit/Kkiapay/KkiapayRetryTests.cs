using System.Diagnostics.CodeAnalysis;
using KkiaEvents.Kkiapay;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Tests.Unit.Kkiapay;

[SuppressMessage("Reliability", "CA2025", Justification = "Each call has ended when its clock returns.")]
public sealed class KkiapayRetryTests
{
    private const string Id = Provider.Id;
    private readonly ImpatientClock _clock = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(599)]
    public async Task A_verification_is_asked_again_when_the_provider_is_in_trouble(int status)
    {
        var provider = Provider.Answering(Provider.Status(status), Provider.Status(status), Provider.Complete());
        var transaction = await Verify(provider);

        Assert.Equal(TransactionStatus.Complete, transaction.Status);
        Assert.Equal(3, provider.Requests.Count);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    [InlineData(4, 5)]
    public async Task After_the_last_retry_it_is_unavailable_and_never_a_status(int retries, int requests)
    {
        var provider = Provider.Answering(Provider.Status(503));
        var e = await Assert.ThrowsAsync<KkiapayUnavailableException>(() => Verify(provider, o =>
        {
            o.Retries = retries;
            o.TotalTimeout = TimeSpan.FromMinutes(10);
        }));

        Assert.Equal((503, Id, null), (e.StatusCode, e.TransactionId, e.RetryAfter));
        Assert.Equal(requests, provider.Requests.Count);
    }

    [Fact]
    public async Task A_5xx_that_names_a_status_is_still_no_answer()
    {
        var provider = new Provider(_ => Provider.Json("{\"status\":\"TRANSACTION_NOT_FOUND\"}", System.Net.HttpStatusCode.InternalServerError));
        await Assert.ThrowsAsync<KkiapayUnavailableException>(() => Verify(provider));
    }

    [Fact]
    public async Task A_transport_error_is_asked_again_and_then_unavailable()
    {
        var provider = new Provider(_ => throw new HttpRequestException(HttpRequestError.ConnectionError));
        var e = await Assert.ThrowsAsync<KkiapayUnavailableException>(() => Verify(provider));

        Assert.Null(e.StatusCode);
        Assert.IsType<HttpRequestException>(e.InnerException);
        Assert.Equal(3, provider.Requests.Count);
    }

    [Fact]
    public async Task What_an_earlier_attempt_met_is_not_told_of_the_last_one()
    {
        var provider = new Provider(n => n == 0 ? Provider.Status(429, "1") : throw new HttpRequestException(HttpRequestError.ConnectionError));
        var e = await Assert.ThrowsAsync<KkiapayUnavailableException>(() => Verify(provider));

        Assert.Null(e.StatusCode);
        Assert.Null(e.RetryAfter);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("Sat, 24 Feb 2024 10:30:09 GMT", 8)]
    public async Task A_retry_waits_as_long_as_the_provider_asks(string retryAfter, int seconds)
    {
        DateTimeOffset? second = null;
        var start = _clock.GetUtcNow();
        var provider = new Provider(n =>
        {
            if (n == 0)
                return Provider.Status(429, retryAfter);
            second = _clock.GetUtcNow();
            return Provider.Complete();
        });

        await Verify(provider);

        Assert.Equal(2, provider.Requests.Count);
        Assert.True(second - start >= TimeSpan.FromSeconds(seconds), $"asked again after {second - start}");
    }

    [Theory]
    [InlineData("60", 60)]
    [InlineData("Sat, 24 Feb 2024 11:30:00 GMT", 3600)]
    [InlineData("Sat, 24 Feb 2024 09:00:00 GMT", 0)]
    public async Task A_wait_that_outlasts_the_call_is_handed_to_the_caller(string retryAfter, int seconds)
    {
        var provider = Provider.Answering(Provider.Status(429, retryAfter));
        var e = await Assert.ThrowsAsync<KkiapayUnavailableException>(() => Verify(provider, o => o.Retries = seconds == 0 ? 0 : 5));

        Assert.Equal(429, e.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(seconds), e.RetryAfter);
        Assert.Single(provider.Requests);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    public async Task A_wait_that_can_not_be_read_is_none(string retryAfter)
    {
        var provider = Provider.Answering(Provider.Status(503, retryAfter));
        var e = await Assert.ThrowsAsync<KkiapayUnavailableException>(() => Verify(provider));
        Assert.Null(e.RetryAfter);
    }

    [Fact]
    public async Task A_body_that_never_ends_is_cut_by_the_attempt_time_out_and_asked_again()
    {
        var provider = new Provider(n => n == 0
            ? new HttpResponseMessage { Content = new StreamContent(new SilentStream(_clock)) }
            : Provider.Complete());

        var transaction = await Verify(provider);

        Assert.Equal(TransactionStatus.Complete, transaction.Status);
        Assert.Equal(2, provider.Requests.Count);
    }

    [Fact]
    public async Task All_attempts_together_end_with_the_total_time_out()
    {
        var provider = new Provider(_ => new HttpResponseMessage { Content = new StreamContent(new SilentStream(_clock)) });
        var start = _clock.GetUtcNow();

        var e = await Assert.ThrowsAsync<KkiapayUnavailableException>(() => Verify(provider, o => o.Retries = 10));

        Assert.Null(e.StatusCode);
        Assert.InRange(_clock.GetUtcNow() - start, TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(2));
        Assert.InRange(provider.Requests.Count, 2, 4);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_at_its_bound_and_not_asked_again()
    {
        foreach (var content in new HttpContent[] { new StreamContent(new EndlessStream()), new ByteArrayContent(new byte[AnswerHandler.MaxBody + 1]) })
        {
            var provider = new Provider(_ => new HttpResponseMessage { Content = content });
            await Assert.ThrowsAsync<KkiapayProtocolException>(() => Verify(provider));
            Assert.Single(provider.Requests);
        }
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_refund_is_sent_once(int status)
    {
        var provider = Provider.Answering(Provider.Status(status, "1"));
        await using var services = provider.Services(clock: _clock);

        var e = await Assert.ThrowsAsync<KkiapayUnavailableException>(
            () => _clock.Until(services.GetRequiredService<IKkiapayClient>().RefundAsync(Id, "why", Stop)));

        Assert.Equal(status, e.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), e.RetryAfter);
        Assert.Single(provider.Requests);
    }

    [Fact]
    public async Task A_refund_whose_answer_is_lost_is_unavailable_and_not_sent_again()
    {
        var provider = new Provider(_ => throw new HttpRequestException(HttpRequestError.ResponseEnded));
        await using var services = provider.Services(clock: _clock);

        await Assert.ThrowsAsync<KkiapayUnavailableException>(
            () => _clock.Until(services.GetRequiredService<IKkiapayClient>().RefundAsync(Id, "why", Stop)));

        Assert.Single(provider.Requests);
    }

    [Fact]
    public async Task A_caller_who_gives_up_gets_a_cancellation_and_not_an_error_of_the_provider()
    {
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var provider = new Provider(_ =>
        {
            givenUp.Cancel();
            return Provider.Status(503);
        });
        await using var services = provider.Services(clock: _clock);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _clock.Until(services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, givenUp.Token)));

        Assert.Single(provider.Requests);
    }

    private async Task<KkiapayTransaction> Verify(Provider provider, Action<KkiapayOptions>? configure = null)
    {
        await using var services = provider.Services(configure, _clock);
        return await _clock.Until(services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, Stop));
    }
}
