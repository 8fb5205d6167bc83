using KkiaEvents.Sandbox.Faults;

namespace KkiaEvents.Sandbox.ProviderApi;

/// <summary>Where the provider's API answers.</summary>
internal static class ProviderRoutes
{
    public static void MapProviderApi(this WebApplication app)
    {
        var api = app.Services.GetRequiredService<ProviderEndpoints>();
        var (faults, stats) = (app.Services.GetRequiredService<FaultGate>(), app.Services.GetRequiredService<SandboxStats>());
        foreach (var root in new[] { "/v1/transactions", "/transactions" })
        {
            app.MapGet(root + "/{id}", Garbled(api.VerifyRestAsync));
            app.MapPost(root + "/{id}/refund", Garbled(api.RefundRestAsync));
        }

        app.MapPost("/api/v1/transactions/status", Garbled(api.VerifySdkAsync));
        app.MapPost("/api/v1/transactions/revert", Garbled(api.RevertSdkAsync));

        RequestDelegate Garbled(RequestDelegate answer) => answer.Garbled(faults, stats);
    }
}
