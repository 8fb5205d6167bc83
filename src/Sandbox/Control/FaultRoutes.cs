using KkiaEvents.Sandbox.Faults;

namespace KkiaEvents.Sandbox.Control;

/// <summary><c>/sandbox/faults</c></summary>
internal static class FaultRoutes
{
    private const int MaxLatencyMs = 600_000;

    public static void MapFaults(this IEndpointRouteBuilder control)
    {
        control.MapGet("/faults", (FaultGate gate) => ControlRoutes.Json(gate.Plan ?? new FaultPlan()));
        control.MapPut("/faults", async (HttpRequest http, FaultGate gate) =>
        {
            var plan = Valid(await StrictJson.ReadAsync<FaultPlan>(http));
            gate.Plan = plan;
            return ControlRoutes.Json(plan);
        });
        control.MapDelete("/faults", (FaultGate gate) =>
        {
            gate.Plan = null;
            return Results.NoContent();
        });
    }

    private static FaultPlan Valid(FaultPlan plan)
    {
        PaymentTemplateReader.InRange(plan.LatencyMs, "latencyMs", 0, MaxLatencyMs);
        PaymentTemplateReader.InRange(plan.LatencyJitterMs, "latencyJitterMs", 0, MaxLatencyMs);
        PaymentTemplateReader.InRange(plan.ErrorStatus, "errorStatus", 400, 599);
        PaymentTemplateReader.InRange(plan.RateLimitPerSecond ?? 1, "rateLimitPerSecond", 0, int.MaxValue);
        PaymentTemplateReader.InRange(plan.RetryAfterSeconds, "retryAfterSeconds", 0, 3600);
        Rate(plan.ErrorRate, "errorRate");
        Rate(plan.DropConnections, "dropConnections");
        Rate(plan.LoseAnswers, "loseAnswers");
        Rate(plan.GarbleRate, "garbleRate");
        if (plan.Garble is { } form && !GarbledAnswer.Names.Contains(form))
            throw new ControlException($"Field 'garble' must be one of {string.Join(", ", GarbledAnswer.Names)}.");
        if (plan.Dictate is { } dictated)
        {
            if (dictated.Body is null) throw new ControlException("Field 'dictate' needs status and body, for example 404 and \"Not Found\".");
            PaymentTemplateReader.InRange(dictated.Status, "dictate.status", 200, 599);
        }

        if (plan.LieOnce is { TransactionId: null } or { Status: null })
            throw new ControlException("Field 'lieOnce' needs transactionId and status, for example \"COMPLETE\".");
        return plan;
    }

    private static void Rate(double value, string field)
    {
        if (value is not (>= 0 and <= 1)) throw new ControlException($"Field '{field}' must be 0 to 1.");
    }
}
