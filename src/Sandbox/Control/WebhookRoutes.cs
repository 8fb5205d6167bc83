using System.Net.Http.Headers;
using System.Text;
using KkiaEvents.Sandbox.Merchants;
using KkiaEvents.Sandbox.Payments;
using KkiaEvents.Sandbox.Webhooks;

namespace KkiaEvents.Sandbox.Control;

/// <summary><c>/sandbox/webhooks</c>, <c>/sandbox/deliveries</c>, <c>/sandbox/stats</c></summary>
internal static class WebhookRoutes
{
    public static void MapWebhooks(this IEndpointRouteBuilder control)
    {
        control.MapPost("/webhooks", SendRawAsync);
        control.MapGet("/deliveries", (DeliveryLog log, string? transactionId) =>
            ControlRoutes.Json(log.Read(transactionId)));
        control.MapGet("/stats", (SandboxStats stats, PaymentBook book) => ControlRoutes.Json(stats.Read(book.Count)));
    }

    private static async Task<IResult> SendRawAsync(HttpRequest http, MerchantDirectory merchants, WebhookSender sender)
    {
        var request = await StrictJson.ReadAsync<RawWebhookRequest>(http);
        var merchant = PaymentTemplateReader.MerchantOf(request.Merchant, merchants);
        var repeat = (int)PaymentTemplateReader.InRange(request.Repeat, "repeat", 1, 10_000);
        var parallel = (int)PaymentTemplateReader.InRange(request.Parallel, "parallel", 1, 64);
        var body = Encoding.UTF8.GetBytes(
            request.Body ?? throw new ControlException("Field 'body' is missing: the text to send, as a JSON string."));
        var contentType = request.ContentType ?? "application/json";
        if (!MediaTypeHeaderValue.TryParse(contentType, out _))
            throw new ControlException("Field 'contentType' must be a media type, for example application/json.");

        var attempts = new DeliveryAttempt[repeat];
        await Parallel.ForAsync(
            0,
            repeat,
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = http.HttpContext.RequestAborted },
            async (i, _) => attempts[i] = await sender.TryAsync(merchant, null, null, body, request.Signature, contentType));
        return ControlRoutes.Json(new
        {
            sent = repeat,
            byStatus = attempts.GroupBy(a => a.Status?.ToString() ?? "none").ToDictionary(g => g.Key, g => g.Count()),
            answers = attempts.Select(a => new { a.Status, a.Error }),
        });
    }
}
