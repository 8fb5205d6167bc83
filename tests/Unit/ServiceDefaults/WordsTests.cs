using System.Text.Json;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Tests.Unit.ServiceDefaults;

/// <summary>What a request or a setting may say where one of a few words is meant.</summary>
public class WordsTests
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new WordConverter(), new OutsideTextConverter() } };

    [Theory]
    [InlineData("Saturday", true)]
    [InlineData("saturday", true)]
    [InlineData("6", false)]
    [InlineData("-1", false)]
    [InlineData("+6", false)]
    [InlineData("Saturday,Sunday", false)]
    [InlineData("Sunday, Sunday", false)]
    [InlineData(" Saturday", false)]
    [InlineData("Saturday\n", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_word_is_a_name_and_nothing_else(string? text, bool isOne)
    {
        Assert.Equal(isOne, Words.TryParse<DayOfWeek>(text, out _));
        if (text is not null)
            Assert.Equal(isOne, Reads<DayOfWeek>(JsonSerializer.Serialize(text)));
    }

    [Theory]
    [InlineData("6")]
    [InlineData("99")]
    [InlineData("6.0")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[\"Saturday\"]")]
    [InlineData("\"\\ud800\"")]
    public void No_other_JSON_is_a_word(string json) => Assert.False(Reads<DayOfWeek>(json));

    [Fact]
    public void What_has_no_name_is_written_as_it_is() => Assert.Equal("[\"Saturday\",99]", JsonSerializer.Serialize(new[] { DayOfWeek.Saturday, (DayOfWeek)99 }, Json));

    [Theory]
    [InlineData("\"\\u0000\"", false)]
    [InlineData("\"\\ud83d\"", false)]
    [InlineData("\"\\ude00\\ud83d\"", false)]
    [InlineData("\"\\ud83d\\ude00\"", true)]
    [InlineData("7", false)]
    [InlineData("\"é\"", true)]
    public void A_text_from_outside_holds_characters_alone(string json, bool isOne) => Assert.Equal(isOne, Reads<string>(json));

    [Fact]
    public void A_text_from_outside_has_an_end() => Assert.False(Reads<string>($"\"{new string('x', OutsideText.MaxLength + 1)}\""));

    private static bool Reads<T>(string json)
    {
        try
        {
            JsonSerializer.Deserialize<T>(json, Json);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
