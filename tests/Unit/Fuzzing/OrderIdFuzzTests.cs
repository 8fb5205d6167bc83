using CsCheck;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>Whatever text stands where an order id belongs.</summary>
public class OrderIdFuzzTests
{
    // Letters that fold, marks that change places, numbers, blanks, what can't be seen, halves of pairs.
    private static readonly Gen<string> Piece = Gen.Frequency(
        (6, Fuzz.OneOf("a", "A", "é", "e\u0301", "ß", "ẞ", "Σ", "ς", "İ", "ı", "ﬁ", "Å", "\u212B", "각", "\u1100\u1161\u11A8", "Ａ", "ǆ", "\u1F82", "\u0958", "\U0001D160", "﷽", "㏾")),
        (4, Fuzz.OneOf("0", "00", "1", "12", "e", "E", ".", "+", "-", "e9", "e-3", "１", "٣", "①", "½")),
        (3, Fuzz.OneOf(" ", "\u00A0", "\u3000", "\t", "\n", "\u2028", "\u200B", "\u00AD", "\uFEFF", "\uFE0F", "\u3164", "\U000E0031")),
        (3, Fuzz.OneOf("\u0301", "\u0316", "\u0345", "\u0327", "\u3099", "\u05B0", "\u0344")),
        (2, Fuzz.OneOf("\0", "\ud83d", "\ude00", "\uFFFD", "\uFFFE", "{", "[", "\"", "🛒")),
        (3, Gen.UShort.Select(u => ((char)u).ToString())),
        (2, Gen.Int[0x10000, 0x10FFFF].Select(char.ConvertFromUtf32)));

    private static readonly Gen<string> Text = Gen.Frequency(
        (8, Piece.Array[0, 8].Select(p => string.Concat(p))), (2, JsonGrammar.Number), (1, Piece.Array[60, 200].Select(p => string.Concat(p))));

    [Fact]
    public void The_canonical_form_of_any_text_is_its_own_canonical_form_and_looks_like_it() => Fuzz.Holds(Text, text =>
    {
        if (OrderIdForm.Canonical(text) is not { } canonical)
            return;
        Assert.Equal(canonical, OrderIdForm.Canonical(canonical));
        Assert.InRange(canonical.Length, 1, OrderIdForm.MaxLength);
        Assert.Equal(OrderIdForm.Fold(text), OrderIdForm.Fold(canonical));
    }, Print);

    [Fact]
    public void The_key_of_any_text_is_its_own_key_and_can_be_stored() => Fuzz.Holds(Text, text =>
    {
        var key = OrderIdForm.Fold(text);
        if (key.Length < 256)
            Assert.Equal(key, OrderIdForm.Fold(key));
        Assert.True(key.Length <= 256 && !key.Contains('\0', StringComparison.Ordinal));
        Assert.DoesNotContain(key.EnumerateRunes(), r => r == System.Text.Rune.ReplacementChar);
    }, Print);

    // But for the one mark whose capital is a letter.
    [Fact]
    public void The_key_says_nothing_of_case_and_blanks() => Fuzz.Holds(Text.Where(t => !t.Contains('\u0345', StringComparison.Ordinal)), text =>
    {
        var key = OrderIdForm.Fold(text);
        Assert.Equal(key, OrderIdForm.Fold($" {text}\u200B"));
        Assert.Equal(key, OrderIdForm.Fold(text.ToUpperInvariant()));
    }, Print);

    [Fact]
    public void A_whole_number_has_one_key_however_it_is_written() => Fuzz.Holds(
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 12], Gen.Int[0, 30]),
        drawn =>
        {
            var (number, shift, zeros) = drawn;
            var (plain, pad) = ($"{number}", new string('0', zeros));
            var key = OrderIdForm.Fold(plain);
            Assert.Equal(key, OrderIdForm.Fold($"{pad}{plain}"));
            Assert.Equal(key, OrderIdForm.Fold($"+{plain}.{pad}"));
            Assert.Equal(key, OrderIdForm.Fold($"{plain}{new string('0', shift)}E-{pad}{shift}"));
            Assert.Equal(key, OrderIdForm.Fold($"0.{pad}{plain}e{zeros + plain.Length}"));
            Assert.NotEqual(key, OrderIdForm.Fold($"{number + 1L}"));
        },
        drawn => $"{drawn}");

    private static string Print(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:x4}"));
}
