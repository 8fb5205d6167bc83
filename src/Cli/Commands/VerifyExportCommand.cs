using System.CommandLine;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Auditing;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia verify-export</c></summary>
internal static class VerifyExportCommand
{
    private const int ShownAtMost = 50;

    public static Command Create(CliContext context)
    {
        var path = new Argument<string>("FILE") { Description = "The manifest, or the directory that holds it." };
        var secret = new Option<string[]>("--secret-file")
        {
            Description = "MERCHANT=FILE: a file with a webhook secret of a merchant, old ones too; may be given again. Secrets of the environment (Kkiapay__Merchants__…) count as well.",
            HelpName = "MERCHANT=FILE",
        };
        var command = new KkiaCommand(
            "verify-export",
            "Checks an export without a database: the manifest, every hash, every line's link to the one before it, every raw body's signature where it is an HMAC, every sum, and that each outcome follows from its facts. Names the line of whatever is wrong; ends with 1 then.",
            "kkia verify-export audit-2026-03", "kkia verify-export audit-2026-03/manifest.json --secret-file default=old-secret.txt --json")
        {
            path, secret,
        };
        command.SetAction((parsed, cancellation) =>
            RunAsync(context, parsed.GetRequiredValue(path), parsed.GetValue(secret) ?? [], parsed.GetValue(command.Json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, string path, string[] files, bool json, CancellationToken cancellationToken)
    {
        var given = Secrets(files).ToLookup(s => s.Merchant, s => s.Secret);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new UsageException($"'{path}' is not there: give the directory that kkia export made, or the {ExportManifest.FileName} in it.");
        var configured = context.SecretsOf();
        var problems = new List<ExportProblem>();
        var count = 0L;
        void Found(ExportProblem problem)
        {
            count++;
            if (json || problems.Count < ShownAtMost)
                problems.Add(problem);
        }

        var check = await context.Screen.WorkAsync("Verifying", tell => ExportVerification.RunAsync(
            path, merchant => [.. given[merchant], .. configured(merchant)], Found, new Reported<long>(lines => tell(null, $"{lines} lines")), cancellationToken));
        if (json)
        {
            context.Screen.Json(new { Sound = count == 0, check.Lines, check.Decisions, check.SignaturesProven, check.SignaturesUnchecked, check.SharedSecret, check.ByOperators, Problems = problems });
            return count == 0 ? ExitCodes.Fine : ExitCodes.Found;
        }

        foreach (var problem in problems)
            context.Screen.Line($"{problem.File}{(problem.Line is { } line ? $" line {line}" : "")} {problem.Problem}", "red");
        if (count > problems.Count)
            context.Screen.Line($"… and {count - problems.Count} more (all with --json).");
        context.Screen.Line(
            $"{check.Lines} lines, {check.Decisions} decisions taken again, {check.SignaturesProven} signatures proven, {check.SignaturesUnchecked} not checked for want of a secret, {check.SharedSecret} webhooks by shared secret: {(count == 0 ? "sound" : $"{count} problems")}.",
            count == 0 ? "green" : "red");
        return count == 0 ? ExitCodes.Fine : ExitCodes.Found;
    }

    private static string Secret(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--secret-file: {e.Message}");
        }
    }

    // From files: a secret on the command line would stand in the process list and the shell's history.
    private static IEnumerable<(string Merchant, string Secret)> Secrets(string[] files)
    {
        foreach (var file in files)
        {
            if (file.Split('=', 2) is not [{ Length: > 0 } merchant, { Length: > 0 } name])
                throw new UsageException($"'{file}' is not MERCHANT=FILE, as in default=secret.txt.");
            yield return (merchant, Secret(name).TrimEnd('\r', '\n'));
        }
    }
}
