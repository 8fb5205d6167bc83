using System.Globalization;
using KkiaEvents.Ingress.Limits;
using KkiaEvents.Ingress.Publishing;
using KkiaEvents.Kkiapay;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Ingress.Webhooks;

/// <summary>
/// <c>POST /webhook/kkiapay[/{merchant}]</c>. The signature is checked before anything is read into the body, over its raw
/// bytes; 200 is answered only once the message is safe.
/// </summary>
internal static class WebhookEndpoint
{
    public const int MaxBodyBytes = 64 * 1024;

    private static readonly byte[] Received = "{\"received\":true}"u8.ToArray();

    public static void MapKkiapayWebhooks(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/webhook/kkiapay", (RequestDelegate)(context => HandleAsync(context, null)));
        routes.MapPost("/webhook/kkiapay/{merchant}", (RequestDelegate)(context => HandleAsync(context, (string)context.Request.RouteValues["merchant"]!)));
    }

    private static async Task HandleAsync(HttpContext context, string? name)
    {
        var services = context.RequestServices;
        var merchants = services.GetRequiredService<Merchants>();
        if (services.GetRequiredService<IngressLimits>().AllowedSources is { } allowed && !allowed.Contains(context.Connection.RemoteIpAddress))
        {
            await RefuseAsync(context, null, Refusals.NotAllowed);
            return;
        }

        var merchant = name ?? merchants.DefaultMerchant;
        if (merchant is null || merchants.WebhookSecretsOf(merchant) is not { } secrets)
        {
            await RefuseAsync(context, null, Refusals.NoSuchMerchant);
            return;
        }

        var header = WebhookHeaders.SignatureOf(context.Request);
        if (WebhookHeaders.ProblemOf(context.Request, header, secrets) is { } wrong)
        {
            await RefuseAsync(context, merchant, wrong);
            return;
        }

        using var body = new WebhookBody();
        if (await body.ReadAsync(context) is { } unread)
        {
            await RefuseAsync(context, merchant, unread);
            return;
        }

        var form = WebhookSignature.CheckAsSent(body.Bytes.Span, header, secrets);
        if (form == SignatureForm.None)
            form = await CheckRewrittenAsync(context, body.Bytes, header!, secrets);
        if (form == SignatureForm.None)
        {
            await RefuseAsync(context, merchant, WebhookHeaders.NotAuthentic(context.Request));
            return;
        }

        services.GetRequiredService<KnownSources>().SentAuthentic(context.Connection.RemoteIpAddress);
        context.Response.Headers.Connection = default;
        var message = services.GetRequiredService<WebhookReader>().Read(body.Bytes.Span, merchant, form, header!, WebhookHeaders.CodingOf(context.Request));
        services.GetRequiredService<WebhookMetrics>().Received(merchant, message.Event);
        // The sender's going away is no reason to stop: the message may be on its way to the broker, and keeping it is right.
        if (await services.GetRequiredService<WebhookKeeper>().KeepAsync(message) is { } refusal)
            await RefuseAsync(context, merchant, refusal);
        else
            await AcknowledgeAsync(context);
    }

    private static async ValueTask<SignatureForm> CheckRewrittenAsync(HttpContext context, ReadOnlyMemory<byte> body, string header, IReadOnlyList<string> secrets)
    {
        var limit = context.RequestServices.GetRequiredService<RefusalLimit>();
        if (!limit.IsOver(Source.Of(context.Connection.RemoteIpAddress)))
            return WebhookSignature.Check(body.Span, header, secrets);
        using var turn = await limit.TurnAsync(CancellationToken.None);
        return turn.IsAcquired ? WebhookSignature.Check(body.Span, header, secrets) : SignatureForm.None;
    }

    private static async Task AcknowledgeAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Received.Length;
        await context.Response.Body.WriteAsync(Received);
    }

    private static Task RefuseAsync(HttpContext context, string? merchant, Refusal refusal)
    {
        var services = context.RequestServices;
        var metrics = services.GetRequiredService<WebhookMetrics>();
        // What we can't keep is no fault of the sender's.
        if (refusal.Status != StatusCodes.Status503ServiceUnavailable)
        {
            var source = context.Connection.RemoteIpAddress;
            // A name that is none of ours stays out of the log: it is the sender's to choose.
            services.GetRequiredService<RefusalLog>().Refused(merchant ?? "nobody", refusal, source);
            if (services.GetRequiredService<RefusalLimit>().Count(Source.Of(source)) is { } wait)
            {
                refusal = Refusals.TooMany(wait);
                services.GetRequiredService<RefusalLog>().Refused("nobody", refusal, source);
            }
        }

        metrics.Refused(refusal.Reason);
        if (context.RequestAborted.IsCancellationRequested)
            return Task.CompletedTask;
        // The rest of the body is not read: the sender must not put its next request behind it on this connection.
        if (refusal.Status is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout or StatusCodes.Status400BadRequest)
            context.Response.Headers.Connection = "close";
        if (refusal.Reason == Refusals.Encoded.Reason)
            context.Response.Headers.AcceptEncoding = "identity";
        if (refusal.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(refusal.Detail, statusCode: refusal.Status, title: refusal.Title).ExecuteAsync(context);
    }
}
