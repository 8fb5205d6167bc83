namespace KkiaEvents.Sandbox.Control;

/// <summary>Where tests and demonstrations steer the stand-in.</summary>
internal static class ControlRoutes
{
    public static void MapControlApi(this WebApplication app)
    {
        var control = app.MapGroup("/sandbox").AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return await next(context);
            }
            catch (ControlException e)
            {
                return Results.Problem(e.Message, statusCode: e.Status);
            }
        });
        control.MapPayments();
        control.MapWebhooks();
        control.MapFaults();
    }

    public static IResult Json<T>(T value, int status = StatusCodes.Status200OK) =>
        Results.Json(value, StrictJson.Options, statusCode: status);
}
