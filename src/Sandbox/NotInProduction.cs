namespace KkiaEvents.Sandbox;

/// <summary>
/// The stand-in confirms whatever it is told to. It must not start beside settings for real payments: a Processor that asked
/// it by mistake would hand goods over for nothing.
/// </summary>
internal static class NotInProduction
{
    /// <exception cref="SandboxRefusedException">A setting is one of production.</exception>
    public static void Check(IConfiguration configuration)
    {
        // Not what the host takes for its environment: where nothing is said, that is Production too.
        if (IsProduction(configuration["Environment"]))
            Refuse("DOTNET_ENVIRONMENT (or ASPNETCORE_ENVIRONMENT, or --environment) is Production");
        foreach (var merchant in configuration.GetSection("Kkiapay:Merchants").GetChildren())
        {
            if (IsProduction(merchant["Environment"]))
                Refuse($"Kkiapay__Merchants__{merchant.Key}__Environment is Production");
            if (string.IsNullOrWhiteSpace(merchant["Environment"]) && !string.IsNullOrWhiteSpace(merchant["PrivateKey"]))
                Refuse($"Kkiapay__Merchants__{merchant.Key}__PrivateKey is set and its Environment is not, which means Production");
        }
    }

    private static bool IsProduction(string? environment) => string.Equals(environment?.Trim(), "Production", StringComparison.OrdinalIgnoreCase);

    private static void Refuse(string because) => throw new SandboxRefusedException(
        $"{because}. This is a stand-in for KKiaPay, for development and tests: it confirms payments that nobody made. Don't start it beside real payments, or take that setting out of its environment.");
}
