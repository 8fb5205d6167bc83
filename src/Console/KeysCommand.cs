using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Operations;
using KkiaEvents.Operations.Keys;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Console;

/// <summary><c>KkiaEvents.Console keys create NAME SCOPE</c>: makes the first key, which no key can ask for. Prints it, once.</summary>
internal static class KeysCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ["create", var name, var word, ..] || !Words.TryParse<ApiScope>(word, out var scope))
        {
            await System.Console.Error.WriteLineAsync("Usage: KkiaEvents.Console keys create NAME read|operate|admin");
            return ServiceHost.UsageExitCode;
        }

        try
        {
            await using var app = ConsoleApp.Build(args[3..]);
            await app.Services.GetRequiredService<LedgerSchema>().RequireAsync(CancellationToken.None);
            var made = await app.Services.GetRequiredService<ApiKeys>().CreateAsync(name, scope, $"{Environment.UserName} (command line)", CancellationToken.None);
            await System.Console.Out.WriteLineAsync(made.Secret);
            return 0;
        }
        catch (ConfigurationProblemException wrong)
        {
            return await ServiceHost.ReportAsync(wrong);
        }
        catch (OperationRefusedException refused)
        {
            await System.Console.Error.WriteLineAsync(refused.Message);
            return 1;
        }
        catch (LedgerSchemaException e)
        {
            await System.Console.Error.WriteLineAsync($"The ledger can't be used yet: {e.Message}");
            return 1;
        }
    }
}
