using KkiaEvents.Sandbox.Merchants;
using KkiaEvents.Sandbox.Payments;
using KkiaEvents.Sandbox.Webhooks;

namespace KkiaEvents.Sandbox.Control;

/// <summary><c>/sandbox/payments</c></summary>
internal static class PaymentRoutes
{
    private const int MaxBulk = 1_000_000;

    public static void MapPayments(this IEndpointRouteBuilder control)
    {
        control.MapPost("/payments", CreateAsync);
        control.MapPost("/payments/bulk", CreateManyAsync);
        control.MapGet("/payments", (PaymentBook book, TimeProvider time, int? limit) =>
        {
            var most = (int)PaymentTemplateReader.InRange(limit ?? 50, "limit", 1, PaymentBook.ListedAtMost);
            return ControlRoutes.Json(book.Latest(most).Select(p => PaymentView.Of(p, time.GetUtcNow())));
        });
        control.MapGet("/payments/{id}", (string id, PaymentBook book, TimeProvider time) =>
            ControlRoutes.Json(PaymentView.Of(Find(book, id), time.GetUtcNow())));
        control.MapPost("/payments/{id}/status", MoveAsync);
        control.MapPost("/payments/{id}/webhook", (string id, PaymentBook book, WebhookSender sender) =>
            sender.SendNow(Find(book, id))
                ? ControlRoutes.Json(new { transactionId = id }, StatusCodes.Status202Accepted)
                : throw new ControlException($"Payment {id} is pending: there is nothing to tell.", 409));
    }

    private static async Task<IResult> CreateAsync(
        HttpRequest http, MerchantDirectory merchants, PaymentBook book, WebhookSender sender, TimeProvider time)
    {
        var request = await StrictJson.ReadAsync<PaymentRequest>(http);
        var template = PaymentTemplateReader.Read(request, merchants, webhookByDefault: true);
        var id = request.TransactionId is { } given
            ? PaymentTemplateReader.ValidId(given, "transactionId")
            : PaymentBook.NewId(request.Dialect);
        var payment = new Payment(id, template, time.GetUtcNow());
        if (!book.TryAdd(payment)) throw new ControlException($"Payment {id} exists already.", 409);
        sender.Schedule(payment);
        http.HttpContext.Response.Headers.Location = $"/sandbox/payments/{id}";
        return ControlRoutes.Json(PaymentView.Of(payment, time.GetUtcNow()), StatusCodes.Status201Created);
    }

    private static async Task<IResult> CreateManyAsync(
        HttpRequest http, MerchantDirectory merchants, PaymentBook book, WebhookSender sender, TimeProvider time)
    {
        var request = await StrictJson.ReadAsync<BulkRequest>(http);
        if (request.TransactionId is not null)
            throw new ControlException("Field 'transactionId' does not go with a bulk; its ids are prefix and number.");
        var template = PaymentTemplateReader.Read(request, merchants, webhookByDefault: false);
        var count = (int)PaymentTemplateReader.InRange(request.Count, "count", 1, MaxBulk);
        var last = PaymentTemplateReader.InRange(request.StartAt, "startAt", 0, int.MaxValue - count) + count - 1;
        var prefix = request.Prefix ?? "txn_bulk_";
        PaymentTemplateReader.ValidId($"{prefix}{last}", "prefix");

        var created = 0;
        var now = time.GetUtcNow();
        for (var number = request.StartAt; number <= last; number++)
        {
            var payment = new Payment($"{prefix}{number}", template, now, number);
            if (!book.TryAdd(payment)) continue;
            created++;
            if (template.Webhook.Send) sender.Schedule(payment);
        }

        return ControlRoutes.Json(
            new { created, existed = count - created, first = $"{prefix}{request.StartAt}", last = $"{prefix}{last}" },
            StatusCodes.Status201Created);
    }

    private static async Task<IResult> MoveAsync(
        string id, HttpRequest http, PaymentBook book, WebhookSender sender, TimeProvider time)
    {
        var request = await StrictJson.ReadAsync<StatusRequest>(http);
        var payment = Find(book, id);
        if (request.Outcome is not { } outcome)
            throw new ControlException("Field 'outcome' is missing; for example \"success\".");
        payment.MoveTo(outcome, request.FailureCode, request.FailureMessage, time.GetUtcNow());

        // The provider announces neither a refund nor that a payment is pending.
        if (request.Webhook && outcome is not (Outcome.Refunded or Outcome.Pending)) sender.SendNow(payment);
        return ControlRoutes.Json(PaymentView.Of(payment, time.GetUtcNow()));
    }

    private static Payment Find(PaymentBook book, string id) =>
        book.Find(id) ?? throw new ControlException($"No payment {id}.", StatusCodes.Status404NotFound);
}
