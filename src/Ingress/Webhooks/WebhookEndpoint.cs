using System.Buffers;
using KkiaEvents.Ingress.Publishing;
using KkiaEvents.Kkiapay;
using KkiaEvents.ServiceDefaults;
using Microsoft.Net.Http.Headers;

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
        var metrics = services.GetRequiredService<WebhookMetrics>();

        var merchant = name ?? merchants.DefaultMerchant;
        if (merchant is null || merchants.WebhookSecretsOf(merchant) is not { } secrets)
        {
            await RefuseAsync(context, metrics, null, Refusals.NoSuchMerchant);
            return;
        }

        if (!IsJson(context.Request.ContentType))
        {
            await RefuseAsync(context, metrics, merchant, Refusals.NotJson);
            return;
        }

        if (context.Request.ContentLength > MaxBodyBytes)
        {
            await RefuseAsync(context, metrics, merchant, Refusals.TooLarge);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(MaxBodyBytes + 1);
        try
        {
            var length = await ReadAsync(context, buffer);
            if (length > MaxBodyBytes)
            {
                await RefuseAsync(context, metrics, merchant, Refusals.TooLarge);
                return;
            }

            var body = buffer.AsMemory(0, length);
            var header = context.Request.Headers[WebhookSignature.HeaderName] is [{ } value] ? value : null;
            var form = WebhookSignature.Check(body.Span, header, secrets);
            if (form == SignatureForm.None)
            {
                await RefuseAsync(context, metrics, merchant, header is null ? Refusals.NoSignature : Refusals.WrongSignature);
                return;
            }

            var message = services.GetRequiredService<WebhookReader>().Read(body.Span, merchant, form, header!);
            metrics.Received(merchant, message.Event);
            // The sender's going away is no reason to stop: the message may be on its way to the broker, and keeping it is right.
            if (await services.GetRequiredService<WebhookKeeper>().KeepAsync(message) is { } refusal)
                await RefuseAsync(context, metrics, merchant, refusal);
            else
                await AcknowledgeAsync(context);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await RefuseAsync(context, metrics, merchant, Refusals.TooLarge);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> ReadAsync(HttpContext context, byte[] buffer)
    {
        var length = 0;
        while (length <= MaxBodyBytes)
        {
            var read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted);
            if (read == 0)
                break;
            length += read;
        }

        return length;
    }

    // A sender that names no type is not refused for it: what it sent is judged by its signature and its content.
    private static bool IsJson(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
            return true;
        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task AcknowledgeAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Received.Length;
        await context.Response.Body.WriteAsync(Received);
    }

    private static Task RefuseAsync(HttpContext context, WebhookMetrics metrics, string? merchant, Refusal refusal)
    {
        metrics.Refused(refusal.Reason);
        // The rest of the body is not read: the sender must not put its next request behind it on this connection.
        if (refusal.Status == StatusCodes.Status413PayloadTooLarge)
            context.Response.Headers.Connection = "close";
        // A name that is none of ours stays out of the log: it is the sender's to choose.
        if (refusal.Status != StatusCodes.Status503ServiceUnavailable)
            context.RequestServices.GetRequiredService<RefusalLog>().Refused(merchant ?? "nobody", refusal);
        if (refusal.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return TypedResults.Problem(refusal.Detail, statusCode: refusal.Status, title: refusal.Title).ExecuteAsync(context);
    }
}
