using System.Security.Cryptography;
using System.Text;
using KkiaEvents.Ledger.Text;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>The normal forms, held against those of ICU by their digests: <c>node infra/unicode/normalization.mjs digests</c> prints them.</summary>
public class UnicodeNormalizationTests
{
    private static readonly string[] Each = [.. Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(char.ConvertFromUtf32)];

    [Fact]
    public void Every_character_has_the_forms_that_ICU_gives_it()
    {
        Assert.Equal("900f12a0fd5b368b56e972d9dcc9cc0584951930f9d9724d079e44f36f332796", DigestOf(Each.Select(UnicodeNormalization.Compose)));
        Assert.Equal("38dac04df867decf6d796453c522ca75c36315b530b226e5e4799fc6475be5fc", DigestOf(Each.Select(UnicodeNormalization.Decompose)));
    }

    [Fact]
    public void What_composes_reorders_and_blocks_does_so_as_in_ICU()
    {
        var runs = Runs();
        Assert.Equal("f04394d3ad9f3d3675c4102aa2ebc50fea6c6a9622f2a99f4fabf6b90d594815", DigestOf(runs.Select(UnicodeNormalization.Compose)));
        Assert.Equal("0f10d28d701e9ca05009376b682f7abb5a4ecba9e597d170c0b7b970cc23875b", DigestOf(runs.Select(UnicodeNormalization.Decompose)));
    }

    private static List<string> Runs()
    {
        string[] parts = [.. Each.Where(c => UnicodeNormalization.Decompose(c) != c || Moves(c)), .. "aeiou \uac01\uac00".Select(c => c.ToString())];
        var x = 1;
        int Next(int n) => (x = unchecked((x * 1103515245) + 12345) & 0x7fffffff) % n;
        var runs = new List<string>();
        while (runs.Count < 100_000)
        {
            var run = new StringBuilder();
            for (var length = 1 + Next(8); length > 0; length--)
            {
                var part = parts[Next(parts.Length)];
                run.Append(Next(2) == 1 ? UnicodeNormalization.Decompose(part) : UnicodeNormalization.Compose(part));
            }

            runs.Add(run.ToString());
        }

        return runs;
    }

    private static bool Moves(string c) =>
        UnicodeNormalization.Decompose("\u0345" + c).StartsWith(c, StringComparison.Ordinal) || UnicodeNormalization.Decompose(c + "\u0334")[0] == '\u0334';

    private static string DigestOf(IEnumerable<string> texts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', texts))));
}
