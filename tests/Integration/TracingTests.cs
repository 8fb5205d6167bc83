using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>One trace from the sender's request to the subscriber's message.</summary>
public class TracingTests(Installation system) : IClassFixture<Installation>
{
    [Fact]
    public async Task A_trace_goes_from_the_webhook_across_the_bus_to_the_outcome()
    {
        using var listener = Listen();
        var trace = ActivityTraceId.CreateRandom().ToHexString();

        Assert.StartsWith($"00-{trace}-", (await PaidAsync(trace, settleAfterMs: 0)).TraceParent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_goes_on_after_a_payment_has_waited_in_the_ledger()
    {
        using var listener = Listen();
        var trace = ActivityTraceId.CreateRandom().ToHexString();

        Assert.StartsWith($"00-{trace}-", (await PaidAsync(trace, settleAfterMs: 500)).TraceParent, StringComparison.Ordinal);
    }

    // As an exporter would: it has the sources make their spans.
    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "MassTransit" || source.Name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private async Task<ReceivedOutcome> PaidAsync(string trace, int settleAfterMs)
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, settleAfterMs });
        await Condition.HoldsAsync("the webhook is taken", async () =>
        {
            var body = Installation.Body(id);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/webhook/kkiapay") { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
            request.Headers.Add("x-kkiapay-secret", Installation.Sign(body));
            request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
            using var response = await system.Ingress.SendAsync(request);
            return response.IsSuccessStatusCode;
        });
        return await system.Outcomes.WaitForAsync(id);
    }
}
