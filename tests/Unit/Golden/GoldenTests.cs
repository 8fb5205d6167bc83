using System.Runtime.CompilerServices;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Tests.Unit.Golden;

/// <summary>
/// Histories as exports, kept beside this file: what was decided then must be what is decided now. A deliberate change of a
/// rule fails here; <c>KKIAEVENTS_GOLDEN=write ./test unit</c> writes them again, and the diff shows what changed for whom.
/// </summary>
public class GoldenTests
{
    private const string Write = "KKIAEVENTS_GOLDEN";

    private static readonly DateTimeOffset CreatedAt = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Names => [.. GoldenStreams.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_was_decided_then_is_decided_now(string name)
    {
        await WriteIfAskedAsync(name);
        var problems = new List<ExportProblem>();
        var check = await ExportVerification.RunAsync(Path.Combine(Folder(), name), _ => [GoldenLedger.Secret], problems.Add, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(problems.Count == 0, string.Join("\n", problems));
        Assert.Equal((0, 0), (check.SignaturesUnchecked, check.ByOperators));
    }

    [Theory]
    [InlineData("order-held")]
    [InlineData("paid-announced")]
    [InlineData("reviewed-accepted")]
    public async Task What_an_earlier_version_stored_is_read_and_decided_as_it_was(string name)
    {
        // Before outcomes said what was due, and reviews what due was seen.
        var problems = new List<ExportProblem>();
        await ExportVerification.RunAsync(Path.Combine(Folder(), "..", "earlier", name), _ => [GoldenLedger.Secret], problems.Add, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(problems.Count == 0, string.Join("\n", problems));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_word_that_would_be_stored_now_is_the_one_that_was_stored_then(string name)
    {
        await WriteIfAskedAsync(name);
        var now = Directory.CreateTempSubdirectory("kkia-golden-").FullName;
        try
        {
            await ExportAsync(name, now);
            foreach (var file in Directory.GetFiles(now).Select(Path.GetFileName))
                Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Folder(), name, file!)), await File.ReadAllTextAsync(Path.Combine(now, file!)));
        }
        finally
        {
            Directory.Delete(now, recursive: true);
        }
    }

    [Fact]
    public void Every_kind_of_outcome_and_every_reason_of_a_flag_has_a_golden_stream()
    {
        var stored = GoldenStreams.All.Values.SelectMany(l => l.Events).ToList();
        var types = stored.Select(e => e.Type).ToHashSet();
        var reasons = stored.Where(e => e.Type == "order_payment_flagged").Select(e => ((OrderPaymentFlagged)e.Read()!).Reason).ToHashSet();
        var ofOperators = new[] { "KkiaEvents.Ledger.Operating" };
        Assert.Empty(LedgerStore.EventTypes.Where(t => !ofOperators.Contains(t.Value.Namespace) && !types.Contains(t.Key)).Select(t => t.Key));
        Assert.Empty(Enum.GetValues<FlagReason>().Except(reasons));
        Assert.Contains(stored, e => e.Type == "order_paid" && ((OrderPaid)e.Read()!).SupersedesEventId is not null);
    }

    [Fact]
    public void No_folder_is_left_of_a_stream_that_is_no_longer_one() =>
        Assert.Equal(GoldenStreams.All.Keys.Order(), Directory.GetDirectories(Folder()).Select(Path.GetFileName).Order());

    private static async Task WriteIfAskedAsync(string name)
    {
        if (Environment.GetEnvironmentVariable(Write) != "write")
            return;
        var folder = Path.Combine(Folder(), name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        await ExportAsync(name, folder);
    }

    private static Task<ExportManifest> ExportAsync(string name, string folder) =>
        LedgerExport.WriteAsync(folder, GoldenStreams.All[name].Events.ToAsyncEnumerable(), _ => GoldenStreams.All[name].Policy, CreatedAt);

    // Beside this file, not beside the program: what is written is to be committed.
    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "streams");
}
