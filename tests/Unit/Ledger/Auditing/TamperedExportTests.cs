using System.Text;
using CsCheck;
using KkiaEvents.Cli;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Microsoft.Extensions.Configuration;

namespace KkiaEvents.Tests.Unit.Ledger.Auditing;

/// <summary>Whatever is done to an export, <c>kkia verify-export</c> names the line and ends 1.</summary>
public sealed class TamperedExportTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("kkia-tampered-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_untouched_export_is_sound()
    {
        await ExportAsync(Streams.OneOfEach().Events);
        Assert.Equal((0, true), await VerifyAsync("sound."));
    }

    [Theory]
    [InlineData(ExportManifest.EventsFile, "a byte changed", 6, 6)]
    [InlineData(ExportManifest.EventsFile, "dropped", 6, 6)]
    [InlineData(ExportManifest.EventsFile, "doubled", 6, 7)]
    [InlineData(ExportManifest.EventsFile, "swapped", 6, 6)]
    [InlineData(ExportManifest.OutcomesFile, "a byte changed", 3, 3)]
    [InlineData(ExportManifest.OutcomesFile, "dropped", 3, 3)]
    [InlineData(ExportManifest.OutcomesFile, "doubled", 3, 4)]
    [InlineData(ExportManifest.OutcomesFile, "swapped", 3, 3)]
    public async Task A_changed_file_names_the_line(string file, string change, int line, int named)
    {
        await ExportAsync(Streams.OneOfEach().Events);
        Change(file, lines =>
        {
            var at = line - 1;
            switch (change)
            {
                case "a byte changed":
                    lines[at] = lines[at].Replace("txn_", "txm_", StringComparison.Ordinal);
                    break;
                case "dropped":
                    lines.RemoveAt(at);
                    break;
                case "doubled":
                    lines.Insert(at, lines[at]);
                    break;
                default:
                    (lines[at], lines[at + 1]) = (lines[at + 1], lines[at]);
                    break;
            }
        });
        Assert.Equal((1, true), await VerifyAsync($"{file} line {named} "));
    }

    [Theory]
    [InlineData("\"amount\": ")]
    [InlineData("\"events\": ")]
    [InlineData("\"order_paid\": ")]
    [InlineData("\"lastPosition\": ")]
    [InlineData("\"count\": ")]
    [InlineData("\"bytes\": ")]
    public async Task A_changed_number_of_the_manifest_names_its_line(string field)
    {
        await ExportAsync(Streams.OneOfEach().Events);
        var line = 0;
        Change(ExportManifest.FileName, lines =>
        {
            var at = lines.FindIndex(l => l.Contains(field, StringComparison.Ordinal));
            lines[at] = lines[at].Replace(field, field + "9", StringComparison.Ordinal);
            line = at + 1;
        });
        Assert.Equal((1, true), await VerifyAsync($"{ExportManifest.FileName} line {line} "));
    }

    [Fact]
    public async Task A_time_changed_in_the_manifest_is_found_by_its_own_digest()
    {
        await ExportAsync(Streams.OneOfEach().Events);
        Change(ExportManifest.FileName, lines =>
        {
            var at = lines.FindIndex(l => l.Contains("\"createdAt\"", StringComparison.Ordinal));
            lines[at] = lines[at].Replace("2026", "2025", StringComparison.Ordinal);
        });
        Assert.Equal((1, true), await VerifyAsync("says \"sha256\": "));
    }

    [Fact]
    public async Task A_forged_outcome_is_found_although_every_checksum_was_made_again()
    {
        var events = Streams.OneOfEach().Events.ToList();
        var at = events.FindIndex(e => e.Type == "order_paid");
        events[at] = Rewritten(events[at], (OrderPaid)events[at].Read()! with { Amount = 50_000 });
        await ExportAsync(events);
        Assert.Equal((1, true), await VerifyAsync($"{ExportManifest.EventsFile} line {at + 1} default/txn_paid: amount is stored as 50000, 5000 follows"));
    }

    [Fact]
    public async Task A_failure_forged_into_a_payment_is_found_although_every_checksum_was_made_again()
    {
        var events = Streams.OneOfEach().Events.ToList();
        var (failed, paid) = (events.FindIndex(e => e.Type == "order_payment_failed"), (OrderPaid)events.Single(e => e.Type == "order_paid").Read()!);
        events[failed] = Rewritten(events[failed], paid with { TransactionId = "txn_failed" }) with { Type = "order_paid" };
        await ExportAsync(events);
        Assert.Equal((1, true), await VerifyAsync($"{ExportManifest.EventsFile} line {failed + 1} default/txn_failed: OrderPaid is stored, OrderPaymentFailed follows"));
    }

    [Fact]
    public async Task A_webhook_changed_under_its_signature_is_found_although_every_checksum_was_made_again()
    {
        var events = Streams.OneOfEach().Events.ToList();
        var claim = (WebhookRecorded)events[0].Read()!;
        var body = claim.Body.Replace("success", "SUCCESS", StringComparison.Ordinal);
        events[0] = Rewritten(events[0], claim with { Body = body, BodySha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(body))) });
        await ExportAsync(events);
        Assert.Equal((1, true), await VerifyAsync($"{ExportManifest.EventsFile} line 1 default/txn_paid: the raw body's signature"));
    }

    [Fact]
    public async Task Any_single_byte_that_is_changed_is_found()
    {
        await ExportAsync(Streams.OneOfEach().Events);
        var files = new[] { ExportManifest.EventsFile, ExportManifest.OutcomesFile, ExportManifest.FileName }
            .ToDictionary(f => f, f => File.ReadAllBytes(Path.Combine(_directory, f)));
        var lengths = files.Values.Select(f => f.Length).ToArray();
        await Gen.Select(Gen.Int[0, lengths.Sum() - 1], Gen.Byte[1, 255]).SampleAsync(async (at, flip) =>
        {
            var directory = Directory.CreateTempSubdirectory("kkia-byte-").FullName;
            try
            {
                var file = files.Keys.First(f => (at -= files[f].Length) < 0);
                foreach (var (name, bytes) in files)
                {
                    var copy = bytes.ToArray();
                    if (name == file)
                        copy[at + bytes.Length] ^= flip;
                    await File.WriteAllBytesAsync(Path.Combine(directory, name), copy);
                }

                var (exit, _) = await VerifyAsync("", directory);
                Assert.True(exit == 1, $"byte {at + files[file].Length} of {file}, changed by {flip}, was not found");
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }, iter: 400, threads: 1);
    }

    private static StoredEvent Rewritten(StoredEvent e, object data) =>
        e with { Data = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(data, data.GetType(), LedgerStore.Json) };

    private Task<ExportManifest> ExportAsync(IReadOnlyList<StoredEvent> events) =>
        LedgerExport.WriteAsync(_directory, events.ToAsyncEnumerable(), _ => Given.Lenient, Given.Noon);

    private async Task<(int Exit, bool Said)> VerifyAsync(string said, string? directory = null)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Kkiapay:Merchants:default:WebhookSecrets:0"] = Streams.Secret }).Build();
        var exit = await KkiaApp.RunAsync(["verify-export", directory ?? _directory], output, error, configuration);
        return (exit, output.ToString().Replace("\n", " ", StringComparison.Ordinal).Contains(said, StringComparison.Ordinal) ? true : Said(output, error, said));
    }

    private static bool Said(StringWriter output, StringWriter error, string said)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"'{said}' is not in:\n{output}{error}");
        return false;
    }

    private void Change(string file, Action<List<string>> change)
    {
        var path = Path.Combine(_directory, file);
        var lines = File.ReadAllText(path).TrimEnd('\n').Split('\n').ToList();
        change(lines);
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
    }
}
