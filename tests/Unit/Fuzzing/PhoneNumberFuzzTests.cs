using CsCheck;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>A phone number keeps its digits, or stays the text that it was; a mask shows four of them at most, and the country's code.</summary>
public sealed class PhoneNumberFuzzTests
{
    private static readonly string[] Codes = ["229", "225", "221", "228", "227"];

    private static readonly Gen<string> Numbers = Gen.Select(
        Fuzz.OneOf("", "+", "00", "+00", "++", " "),
        Fuzz.OneOf("229", "229", "225", "221", "228", "227", "33", "1", ""),
        Gen.Frequency((10, Gen.Char['0', '9'].Select(c => c.ToString())), (2, Fuzz.OneOf(" ", "-", ".", "(", ")", "\u00A0")), (1, Fuzz.OneOf("+", "x", "٣", "/", "\0", "０"))).Array[0, 14],
        Fuzz.OneOf("", " ", "\n", new string(' ', 70), " ext. 5")).Select((plus, code, rest, end) => plus + code + string.Concat(rest) + end);

    [Fact]
    public void Any_number_keeps_its_digits_or_stays_as_it_came() => Fuzz.Holds(
        Numbers,
        text =>
        {
            var read = PhoneNumber.Normalize(text);
            if (string.IsNullOrWhiteSpace(text) || text.Length > 64)
                Assert.Null(read);
            else if (read != text)
            {
                Assert.Matches(@"\A\+(229|225|221|228|227)[0-9]{5,12}\z", read);
                Assert.Equal(DigitsOf(text), read![1..]);
            }
        },
        text => $"\"{text}\"");

    [Fact]
    public void Any_mask_shows_the_code_and_four_digits_at_most() => Fuzz.Holds(
        Numbers,
        text =>
        {
            var mask = PhoneNumber.Mask(text);
            var shown = string.Concat(mask.Where(char.IsDigit));
            Assert.True(mask.All(c => char.IsAsciiDigit(c) || c is '+' or '•'), mask);
            var digits = DigitsOf(text);
            Assert.True(shown.Length == 0 || digits.EndsWith(shown[^4..], StringComparison.Ordinal));
            Assert.True(shown.Length is 0 or 4 || (shown.Length == 7 && Codes.Contains(shown[..3]) && digits.Length >= 11), mask);
        },
        text => $"\"{text}\"");

    private static string DigitsOf(string text)
    {
        var digits = string.Concat(text.Where(char.IsAsciiDigit));
        return digits.StartsWith("00", StringComparison.Ordinal) ? digits[2..] : digits;
    }
}
