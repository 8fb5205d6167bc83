using System.Text;
using System.Text.RegularExpressions;
using KkiaEvents.Cli;
using KkiaEvents.Ledger.Auditing;
using Microsoft.Extensions.Configuration;

namespace KkiaEvents.Tests.Unit.Ledger.Auditing;

/// <summary>An export whose files are not what they were: <c>kkia verify-export</c> says which, in words, and ends 1.</summary>
public sealed class DamagedExportTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("kkia-damaged-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Manifest => Path.Combine(_directory, ExportManifest.FileName);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\0\0\0\0")]
    [InlineData("<html>not found</html>")]
    [InlineData("{\"format\":1}")]
    [InlineData("{\"format\":\"one\"}")]
    public async Task What_is_no_manifest_is_said_to_be_none(string text)
    {
        await ExportAsync();
        await File.WriteAllTextAsync(Manifest, text, TestContext.Current.CancellationToken);
        await ToldAsync("is damaged, or is no manifest of an export", "kkia export");
    }

    [Fact]
    public async Task A_manifest_that_was_cut_anywhere_is_told()
    {
        await ExportAsync();
        var whole = await File.ReadAllBytesAsync(Manifest, TestContext.Current.CancellationToken);
        for (var length = 0; length < whole.Length - 2; length += 37)
        {
            await File.WriteAllBytesAsync(Manifest, whole[..length], TestContext.Current.CancellationToken);
            await ToldAsync(ExportManifest.FileName, "is damaged");
        }
    }

    [Fact]
    public async Task A_manifest_with_any_value_of_another_kind_is_told_or_found_to_differ()
    {
        await ExportAsync();
        var whole = await File.ReadAllTextAsync(Manifest, TestContext.Current.CancellationToken);
        foreach (Match value in Regex.Matches(whole, """(?<=": )("[^"]*"|\d+|null|\[|\{)|(?<=^\s+)"[^"]+"(?=,?$)""", RegexOptions.Multiline))
        {
            foreach (var other in new[] { "null", "-1", "\"\"", "[]", "{}", "[null]", "1e400", "\"\\ud800\"" })
            {
                await File.WriteAllTextAsync(Manifest, whole[..value.Index] + other + whole[(value.Index + value.Length)..], TestContext.Current.CancellationToken);
                var (code, said) = await VerifyAsync();
                Assert.True(code == 1 || other == value.Value, $"{value.Value} -> {other}: {code} {said}");
                Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(ExportManifest.EventsFile)]
    [InlineData(ExportManifest.OutcomesFile)]
    [InlineData(ExportManifest.FileName)]
    public async Task A_file_that_is_missing_or_is_a_directory_is_told(string file)
    {
        await ExportAsync();
        File.Delete(Path.Combine(_directory, file));
        await ToldAsync(file, "is not there", "kkia export");
        Directory.CreateDirectory(Path.Combine(_directory, file));
        await ToldAsync(file);
    }

    [Fact]
    public async Task A_manifest_that_is_larger_than_any_is_not_read()
    {
        await ExportAsync();
        await using (var huge = new FileStream(Manifest, FileMode.Open))
            huge.SetLength(1L << 40);
        await ToldAsync("MiB, which no manifest has");
    }

    [Fact]
    public async Task A_line_without_an_end_is_not_read_into_memory()
    {
        await ExportAsync();
        await using (var huge = new FileStream(Path.Combine(_directory, ExportManifest.EventsFile), FileMode.Append))
            huge.SetLength(1L << 40);
        await ToldAsync(ExportManifest.EventsFile, "has a line of more than 64 MiB");
    }

    [Theory]
    [InlineData("\"stream\":\"[^\"]*\"", "\"stream\":null")]
    [InlineData("\"type\":\"order_paid\"", "\"type\":null")]
    [InlineData("\"data\":\\{.*\\}", "\"data\":5")]
    [InlineData("\"orderId\":\"[^\"]*\"", "\"orderId\":\"\\ud800\"")]
    [InlineData("\"decidedAt\":\"[^\"]*\"", "\"decidedAt\":7")]
    [InlineData("\"amount\":\\d+", "\"amount\":{}")]
    public async Task A_line_of_events_with_values_of_another_kind_is_named(string pattern, string instead)
    {
        await ExportAsync();
        var file = Path.Combine(_directory, ExportManifest.EventsFile);
        await File.WriteAllTextAsync(
            file, Regex.Replace(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), pattern, instead, RegexOptions.None), TestContext.Current.CancellationToken);
        await ToldAsync($"{ExportManifest.EventsFile} line ");
    }

    private Task<ExportManifest> ExportAsync() => LedgerExport.WriteAsync(_directory, Streams.OneOfEach().AllAsync(), _ => Given.Lenient, Given.Noon);

    private async Task ToldAsync(params string[] said)
    {
        var (code, text) = await VerifyAsync();
        Assert.True(code == 1, $"{code} {text}");
        Assert.All(said, s => Assert.Contains(s, text, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Said)> VerifyAsync()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await KkiaApp.RunAsync(["verify-export", _directory], output, error, new ConfigurationBuilder().Build());
        return (code, new StringBuilder().Append(output).Append(error).ToString());
    }
}
