using KkiaEvents.Ledger.Storage;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Processor;

/// <summary>The settings of <see cref="SchemaCommand"/>: it needs no broker, no merchant.</summary>
internal sealed record SchemaOptions(LedgerOptions Ledger, IReadOnlyList<LedgerLogin> Logins)
{
    public static IConfiguration ConfigurationOf(string[] args)
    {
        var first = new ConfigurationBuilder().AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().AddCommandLine(args).Build();
        return new ConfigurationBuilder().AddConfiguration(first).AddKeyPerFile(first["SecretsDirectory"] ?? "/run/secrets", optional: true).Build();
    }

    public static SchemaOptions Read(IConfiguration configuration)
    {
        var settings = new Settings(configuration);
        var key = string.IsNullOrWhiteSpace(configuration.GetConnectionString("LedgerOwner")) ? "ConnectionStrings__Ledger" : SchemaCommand.OwnerKey;
        var connection = settings.Required(key, LedgerOptions.ConnectionExample, LedgerOptions.ProblemOf);
        var logins = configuration.GetSection("Ledger:Logins").GetChildren().Select(login => LoginOf(settings, login.Key)).ToList();
        settings.ThrowIfWrong();
        return new(new() { ConnectionString = connection, Schema = configuration["Ledger:Schema"] ?? LedgerOptions.UsualSchema }, logins);
    }

    private static LedgerLogin LoginOf(Settings settings, string name)
    {
        var prefix = $"Ledger__Logins__{name}__";
        if (!LedgerLogin.IsName(name))
            settings.Wrong($"{prefix}Password", $"names the login '{name}'; a login's name has lower-case letters, digits and underscores, 63 at most.", "…");
        var role = settings.Word($"{prefix}Role", LedgerRole.Auditor);
        if (role == LedgerRole.Eraser)
            settings.Wrong($"{prefix}Role", "is Eraser, which is no role to have a login all the time: grant it by hand, for the time of an erasure.", nameof(LedgerRole.Writer));
        var password = settings.Required($"{prefix}Password", "…", p => LedgerLogin.IsPassword(p) ? null : "must be 8 to 200 printable ASCII characters without a blank.");
        return new(name, role, password);
    }
}
