using System.Diagnostics;
using System.Text;
using CsCheck;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>A body is rewritten as JavaScript rewrites it, to the byte.</summary>
public sealed class JavaScriptFuzzTests
{
    private const string Script = """
        const lines = require('fs').readFileSync(0, 'latin1').split('\n');
        const out = lines.map(line => {
          let text = Buffer.from(line, 'base64').toString('utf8');
          if (text.charCodeAt(0) === 0xFEFF) text = text.slice(1);
          try { return Buffer.from(JSON.stringify(JSON.parse(text)), 'utf8').toString('base64') || '-'; } catch { return '-'; }
        });
        require('fs').writeSync(1, out.join('\n'));
        """;

    private static readonly Gen<byte[]> Bodies = Gen.Frequency(
        (3, JsonGrammar.Damaged(JsonGrammar.Value)), (2, ProviderGrammar.Webhook), (1, JsonGrammar.Damaged(JsonGrammar.Number)), (1, JsonGrammar.Damaged(JsonGrammar.Deep)));

    [Fact]
    public void Any_body_is_rewritten_as_the_reference_rewrites_it() => Fuzz.HoldsForBodies(
        Bodies,
        body => Assert.Equal(ReferenceJavaScript.Stringify(body), JavaScriptJson.Stringify(body) is { } text ? Encoding.UTF8.GetString(text) : null));

    [Fact]
    public async Task Node_itself_agrees_where_it_is_installed()
    {
        if (!IsNodeHere())
            return;
        // Node reads deeper than we do; depth is the reference's to judge.
        var shallow = Gen.Frequency((3, JsonGrammar.Damaged(JsonGrammar.Value)), (2, ProviderGrammar.Webhook), (1, JsonGrammar.Damaged(JsonGrammar.Number)))
            .Where(body => body.Count(b => b is (byte)'{' or (byte)'[') < 60);
        var left = Fuzz.Cases;
        while (left > 0)
        {
            var batch = new List<byte[]>();
            shallow.Sample(batch.Add, iter: Math.Min(left, 50_000), threads: 1);
            left -= batch.Count;
            var answers = (await NodeAsync(string.Join('\n', batch.Select(Convert.ToBase64String)))).Split('\n');
            Assert.Equal(batch.Count, answers.Length);
            for (var i = 0; i < batch.Count; i++)
            {
                var ours = JavaScriptJson.Stringify(batch[i]) is { } text ? Convert.ToBase64String(text) : "-";
                Assert.True(answers[i] == ours, $"{Fuzz.Print(batch[i])}: {answers[i]} is not {ours}");
            }
        }
    }

    private static bool IsNodeHere() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "node")));

    private static async Task<string> NodeAsync(string input)
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["-e", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var output = node.StandardOutput.ReadToEndAsync();
        await node.StandardInput.WriteAsync(input);
        node.StandardInput.Close();
        return await output;
    }
}
