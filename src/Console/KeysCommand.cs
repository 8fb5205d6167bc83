using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Operations;
using KkiaEvents.Operations.Keys;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Console;

/// <summary><c>KkiaEvents.Console keys create NAME SCOPE [--merchant NAME]...</c>: makes the first key, which no key can ask for. Prints it, once.</summary>
internal static class KeysCommand
{
    private const string MerchantOption = "--merchant";

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ["create", var name, var word, .. var rest] || !Words.TryParse<ApiScope>(word, out var scope) || !TryTakeMerchants(rest, out var merchants, out var settings))
        {
            await System.Console.Error.WriteLineAsync("Usage: KkiaEvents.Console keys create NAME read|operate|admin|announce [--merchant NAME]...");
            return ServiceHost.UsageExitCode;
        }

        try
        {
            await using var app = ConsoleApp.Build(settings);
            await app.Services.GetRequiredService<LedgerSchema>().RequireAsync(CancellationToken.None);
            var made = await app.Services.GetRequiredService<ApiKeys>().CreateAsync(name, scope, merchants, $"{Environment.UserName} (command line)", CancellationToken.None);
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

    // What is left are settings (--Key=value). An option that is misspelt or lacks its merchant must not make a key that reaches all of them.
    private static bool TryTakeMerchants(string[] rest, out List<string> merchants, out string[] settings)
    {
        (merchants, var left) = ([], new List<string>());
        for (var at = 0; at < rest.Length; at++)
        {
            if (rest[at].StartsWith(MerchantOption + "=", StringComparison.Ordinal))
                merchants.Add(rest[at][(MerchantOption.Length + 1)..]);
            else if (rest[at] != MerchantOption && rest[at].Contains('=', StringComparison.Ordinal))
                left.Add(rest[at]);
            else if (rest[at] != MerchantOption)
                merchants.Add("");
            else if (++at < rest.Length)
                merchants.Add(rest[at]);
            else
                merchants.Add("");
        }

        settings = [.. left];
        return !merchants.Contains("");
    }
}
