using CliWrap;
using CliWrap.Buffered;
using KkiaEvents.Local.Backing;

namespace KkiaEvents.Local.Supervision;

/// <summary>Makes the ledger's schema, its roles and a login for each service, as an installation does it: by the Processor's <c>schema</c> command.</summary>
internal static class LedgerSetup
{
    private static readonly (string Service, string Role)[] Logins = [("processor", "Writer"), ("console", "Operator"), ("audit", "Auditor")];

    /// <exception cref="BackingServiceException">It could not be made; the message has the command's words.</exception>
    public static async Task RunAsync(Layout layout, DatabaseEndpoint database, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string?> { ["ConnectionStrings__LedgerOwner"] = database.ConnectionString() };
        foreach (var (service, role) in Logins)
        {
            var login = database.As(service);
            settings[$"Ledger__Logins__{login.User}__Role"] = role;
            settings[$"Ledger__Logins__{login.User}__Password"] = login.Password;
        }

        var run = await Cli.Wrap("dotnet").WithArguments([layout.Program("src/Processor", "KkiaEvents.Processor"), "schema"])
            .WithEnvironmentVariables(settings)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancellation)
            .ConfigureAwait(false);
        if (run.ExitCode != 0)
            throw new BackingServiceException($"The ledger's schema was not made: {run.StandardError}{run.StandardOutput}");
    }
}
