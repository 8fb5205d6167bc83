using System.Text.Json;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Something that is wrong with an export.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1; null for the file as a whole.</param>
/// <param name="Problem">What is wrong, in a sentence.</param>
public sealed record ExportProblem(string File, long? Line, string Problem);

/// <summary>What a verification went through.</summary>
/// <param name="Lines">Lines of events.</param>
/// <param name="Decisions">Decisions taken again.</param>
/// <param name="SignaturesProven">Raw bodies whose HMAC one of the given secrets proves.</param>
/// <param name="SignaturesUnchecked">Raw bodies with an HMAC for whose merchant no secret was given.</param>
/// <param name="SharedSecret">Raw bodies whose sender had shown the shared secret: nothing to prove later.</param>
/// <param name="ByOperators">Outcomes that an operator's act led to.</param>
public sealed record ExportCheck(long Lines, long Decisions, long SignaturesProven, long SignaturesUnchecked, long SharedSecret, long ByOperators);

/// <summary>
/// Holds an export against itself, without a database: every hash, every line's link to the one before it, every stream
/// whole, every HMAC, every sum, and that each outcome follows from its facts by today's rules.
/// </summary>
public static class ExportVerification
{
    private const long LargestManifest = 256 << 20;

    /// <summary>Verifies an export.</summary>
    /// <param name="path">Its manifest, or the directory that holds it.</param>
    /// <param name="secretsOf">A merchant's webhook secrets, old ones included; empty when they are not at hand.</param>
    /// <param name="report">Told each problem as it is found.</param>
    /// <param name="progress">Told how many lines were read, every thousand.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was gone through; the export is sound when <paramref name="report"/> was told nothing.</returns>
    /// <exception cref="UnreadableExportException">A file is missing or can't be read, or the manifest is none.</exception>
    public static async Task<ExportCheck> RunAsync(
        string path, Func<string, IReadOnlyList<string>> secretsOf, Action<ExportProblem> report, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var manifestPath = Directory.Exists(path) ? Path.Combine(path, ExportManifest.FileName) : path;
        var directory = Path.GetDirectoryName(Path.GetFullPath(manifestPath))!;
        var (text, manifest) = await ManifestAsync(manifestPath, cancellationToken);

        var tally = new ExportTally(manifest.From, manifest.To);
        await using var rows = new ExportFileReader(directory, ExportManifest.OutcomesFile);
        await using var lines = new ExportFileReader(directory, ExportManifest.EventsFile);
        var checker = new ExportLineCheck(manifest, tally, rows, secretsOf, report);
        await checker.HeadAsync(cancellationToken);
        while (await lines.NextAsync(cancellationToken) is { } line)
        {
            await checker.CheckAsync(lines.Line, line, cancellationToken);
            if (lines.Line % 1000 == 0)
                progress?.Report(lines.Line);
        }

        progress?.Report(lines.Line);
        await checker.FinishAsync(cancellationToken);
        ManifestCheck(text, tally.Fill(manifest, checker.Chain, [await lines.CompleteAsync(cancellationToken), await rows.CompleteAsync(cancellationToken)]), report);
        return checker.Result(lines.Line);
    }

    private static async Task<(string Text, ExportManifest Manifest)> ManifestAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            // It holds a sum for each merchant, method and day; many years of them are a few megabytes.
            if (new FileInfo(path).Length > LargestManifest)
                throw new UnreadableExportException(path, $"has more than {LargestManifest >> 20} MiB, which no manifest has. Give the {ExportManifest.FileName} that kkia export made, or its directory.");
            var text = await File.ReadAllTextAsync(path, cancellationToken);
            var manifest = ExportManifest.Read(text);
            return manifest.Format == 1 ? (text, manifest)
                : throw new UnreadableExportException(path, $"is of format {manifest.Format}; this version reads 1. Check it with the kkia that made it, or a newer one.");
        }
        catch (JsonException e)
        {
            throw UnreadableExportException.Damaged(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UnreadableExportException.Of(path, e);
        }
    }

    // The manifest written again from what the files hold must be the manifest; where it is not, its line is named.
    private static void ManifestCheck(string text, ExportManifest counted, Action<ExportProblem> report)
    {
        var said = text.Split('\n');
        var expected = counted.ToText().Split('\n');
        if (said.Length != expected.Length)
        {
            var at = said.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
            report(new(ExportManifest.FileName, at + 1, $"says {Quoted(said, at)}, the files say {Quoted(expected, at)}; {said.Length} lines instead of {expected.Length}."));
            return;
        }

        var wrong = Enumerable.Range(0, said.Length).Where(i => said[i] != expected[i]).ToList();
        // The manifest's own digest follows from what is named already; alone it says that something changed which the files don't say again.
        if (wrong.Count > 1 && said[wrong[^1]].StartsWith("  \"sha256\"", StringComparison.Ordinal))
            wrong.RemoveAt(wrong.Count - 1);
        foreach (var i in wrong)
            report(new(ExportManifest.FileName, i + 1, $"says {Quoted(said, i)}, the files say {Quoted(expected, i)}."));
    }

    private static string Quoted(string[] lines, int at) => at < lines.Length ? lines[at].Trim().TrimEnd(',') : "nothing";
}
