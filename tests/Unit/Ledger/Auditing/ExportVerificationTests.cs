using KkiaEvents.Ledger.Auditing;

namespace KkiaEvents.Tests.Unit.Ledger.Auditing;

public sealed class ExportVerificationTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"kkia-{Guid.NewGuid():n}");

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task An_export_as_written_is_sound_and_its_signatures_are_proven()
    {
        await ExportAsync();
        var (check, problems) = await VerifyAsync();
        Assert.Empty(problems);
        Assert.Equal((15L, 6L, 5L), (check.Lines, check.Decisions, check.SignaturesProven));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(15)]
    public async Task One_changed_byte_names_its_line(int line)
    {
        await ExportAsync();
        await ChangeAsync(ExportManifest.EventsFile, lines => lines[line - 1] = lines[line - 1].Replace("order-1", "order-2", StringComparison.Ordinal));
        var (_, problems) = await VerifyAsync();
        Assert.Equal([line], problems.Where(p => p.Problem.StartsWith("is not what was written", StringComparison.Ordinal)).Select(p => (int)p.Line!));
    }

    [Fact]
    public async Task A_dropped_line_is_named_by_the_one_after_it()
    {
        await ExportAsync();
        await ChangeAsync(ExportManifest.EventsFile, lines => lines.RemoveAt(4));
        var (_, problems) = await VerifyAsync();
        Assert.Contains(problems, p => p is { File: ExportManifest.EventsFile, Line: 5 } && p.Problem.Contains("lines are missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_changed_sum_names_the_manifests_line()
    {
        await ExportAsync();
        var at = 0;
        await ChangeAsync(ExportManifest.FileName, lines =>
        {
            at = lines.FindIndex(l => l.Contains("\"amount\": 5000", StringComparison.Ordinal));
            lines[at] = lines[at].Replace("5000", "4000", StringComparison.Ordinal);
        });
        var (_, problems) = await VerifyAsync();
        Assert.Equal([(ExportManifest.FileName, (long?)at + 1)], problems.Select(p => (p.File, p.Line)));
    }

    [Fact]
    public async Task Another_secret_proves_no_signature()
    {
        await ExportAsync();
        var (check, problems) = await VerifyAsync("another");
        Assert.Equal((0L, 5), (check.SignaturesProven, problems.Count));
    }

    [Fact]
    public async Task A_rederivation_of_what_was_decided_finds_nothing_and_of_an_altered_outcome_finds_it()
    {
        Assert.Empty(await RederiveAsync(Streams.OneOfEach()));
        var unsupported = new Streams().Store("default/txn_1", Given.Claim());
        unsupported.Store("default/txn_1", Streams.OneOfEach().Events.Single(e => e.Type == "order_paid").Read()!);
        Assert.Equal(DisagreementKind.WithoutAnswer, Assert.Single(await RederiveAsync(unsupported)).Kind);
    }

    private static async Task<List<Disagreement>> RederiveAsync(Streams streams)
    {
        var found = new List<Disagreement>();
        await foreach (var disagreement in Rederivation.RunAsync(streams.AllAsync(), _ => Given.Lenient))
            found.Add(disagreement);
        return found;
    }

    private Task<ExportManifest> ExportAsync() => LedgerExport.WriteAsync(_directory, Streams.OneOfEach().AllAsync(), _ => Given.Lenient, Given.Noon);

    private async Task<(ExportCheck Check, List<ExportProblem> Problems)> VerifyAsync(string secret = Streams.Secret)
    {
        var problems = new List<ExportProblem>();
        return (await ExportVerification.RunAsync(_directory, _ => [secret], problems.Add), problems);
    }

    private async Task ChangeAsync(string file, Action<List<string>> change)
    {
        var path = Path.Combine(_directory, file);
        var lines = (await File.ReadAllTextAsync(path)).TrimEnd('\n').Split('\n').ToList();
        change(lines);
        await File.WriteAllTextAsync(path, string.Join('\n', lines) + "\n");
    }
}
