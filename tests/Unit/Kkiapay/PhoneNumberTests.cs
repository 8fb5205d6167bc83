using CsCheck;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class PhoneNumberTests
{
    private static readonly Gen<string> Prefix = OneOf("", "+", "00");
    private static readonly Gen<string> Code = OneOf("229", "225", "221", "228", "227", "33", "");

    [Theory]
    [InlineData("+22967434270", "+22967434270")]
    [InlineData("22967434270", "+22967434270")]
    [InlineData("22996000000", "+22996000000")]
    [InlineData("2290167434270", "+2290167434270")]
    [InlineData("2290167329510", "+2290167329510")]
    [InlineData("+229 01 67 43 42 70", "+2290167434270")]
    [InlineData("00229-67-43-42-70", "+22967434270")]
    [InlineData("+2250707070707", "+2250707070707")]
    [InlineData("2250101010101", "+2250101010101")]
    [InlineData("221771234567", "+221771234567")]
    [InlineData("+228 90 11 22 33", "+22890112233")]
    [InlineData("22793123456", "+22793123456")]
    public void A_valid_number_is_written_in_E164(string text, string expected) =>
        Assert.Equal(expected, PhoneNumber.Normalize(text));

    [Theory]
    [InlineData("67434270")]
    [InlineData("+33612345678")]
    [InlineData("+22512345678")]
    [InlineData("229")]
    [InlineData("+2296743427")]
    [InlineData("+2290267434270")]
    [InlineData("22899")]
    [InlineData("+228112233445566778899")]
    [InlineData("card-4242")]
    [InlineData("411111******1111")]
    [InlineData("+229 67434270 ext 5")]
    [InlineData("٢٢٩٦٧٤٣٤٢٧٠")]
    public void Any_other_text_stays_as_it_came(string text) => Assert.Equal(text, PhoneNumber.Normalize(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Nothing_is_null(string? text)
    {
        Assert.Null(PhoneNumber.Normalize(text));
        Assert.Equal("", PhoneNumber.Mask(text));
    }

    [Fact]
    public void Text_longer_than_any_number_is_dropped() => Assert.Null(PhoneNumber.Normalize(new string('2', 65)));

    [Theory]
    [InlineData("+22967434270", "+229•••••4270")]
    [InlineData("22967434270", "+229•••••4270")]
    [InlineData("+2290167434270", "+229•••••4270")]
    [InlineData("+2250707070707", "+225•••••0707")]
    [InlineData("+33612345678", "•••••5678")]
    [InlineData("67434270", "•••••4270")]
    [InlineData("1234567", "•••••")]
    [InlineData("12", "•••••")]
    [InlineData("someone@example.com", "•••••")]
    public void A_mask_shows_country_and_last_four(string text, string expected) => Assert.Equal(expected, PhoneNumber.Mask(text));

    [Fact]
    public void Any_number_is_normalized_once_and_for_all() =>
        Gen.Select(Prefix, Code, Gen.Char['0', '9'].Array[0, 12])
            .Sample(
                (prefix, code, digits) =>
                {
                    var once = PhoneNumber.Normalize(prefix + code + new string(digits));
                    Assert.Equal(once, PhoneNumber.Normalize(once));
                },
                iter: 2_000);

    [Fact]
    public void Any_text_is_taken_without_an_exception_and_its_mask_hides_the_middle() => Gen.String.Sample(
        text =>
        {
            PhoneNumber.Normalize(text);
            Assert.True(PhoneNumber.Mask(text).Count(char.IsAsciiDigit) <= 7);
        },
        iter: 3_000);

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
