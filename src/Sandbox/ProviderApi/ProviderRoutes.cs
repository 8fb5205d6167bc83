namespace KkiaEvents.Sandbox.ProviderApi;

/// <summary>Where the provider's API answers.</summary>
internal static class ProviderRoutes
{
    public static void MapProviderApi(this WebApplication app)
    {
        var api = app.Services.GetRequiredService<ProviderEndpoints>();
        foreach (var root in new[] { "/v1/transactions", "/transactions" })
        {
            app.MapGet(root + "/{id}", api.VerifyRestAsync);
            app.MapPost(root + "/{id}/refund", api.RefundRestAsync);
        }

        app.MapPost("/api/v1/transactions/status", api.VerifySdkAsync);
        app.MapPost("/api/v1/transactions/revert", api.RevertSdkAsync);
    }
}
