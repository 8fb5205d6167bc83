using CsCheck;
using KkiaEvents.ServiceDefaults;
using KkiaEvents.Tests.Unit.Fuzzing;

namespace KkiaEvents.Tests.Unit.ServiceDefaults;

public sealed class SecretTextTests
{
    [Theory]
    [InlineData("whsec_1\r\n")]
    [InlineData("whsec_1\n")]
    [InlineData("whsec_1\r")]
    [InlineData("whsec_1 ")]
    [InlineData(" whsec_1")]
    [InlineData("whsec_1\t")]
    [InlineData("whsec_1\n\n")]
    [InlineData("whsec_1\0")]
    [InlineData("whsec_1\u00a0")]
    [InlineData("whsec_1\u2028")]
    [InlineData("\ufeffwhsec_1")]
    public void What_stands_around_a_secret_is_said_and_can_be_taken_away(string secret)
    {
        Assert.Contains("begins or ends with", SecretText.ProblemOf(secret));
        Assert.Equal("whsec_1", SecretText.Trimmed(secret));
    }

    [Theory]
    [InlineData("", "is blank")]
    [InlineData(" \r\n", "is blank")]
    [InlineData("line 1\nline 2", "one line")]
    [InlineData("a\u0007b", "control character")]
    [InlineData("a\u0085b", "control character")]
    [InlineData("cl\ufffd-secr\ufffdte", "not UTF-8")]
    [InlineData("a\ud800b", "not UTF-8")]
    [InlineData("whsec\u200b_1", "invisible")]
    [InlineData("whsec\ufeff_1", "invisible")]
    [InlineData("whsec\u2028_1", "invisible")]
    [InlineData("\"whsec_1\"", "quotes")]
    [InlineData("'whsec_1'", "quotes")]
    public void A_secret_that_can_match_nothing_is_said(string secret, string because) => Assert.Contains(because, SecretText.ProblemOf(secret));

    [Theory]
    [InlineData("whsec_1")]
    [InlineData("clé-secrète-2024")]
    [InlineData("a pass phrase, with blanks")]
    [InlineData("it's \"so\"")]
    [InlineData("秘密😀")]
    public void A_secret_of_one_line_is_right(string secret) => Assert.Null(SecretText.ProblemOf(secret));

    [Theory]
    [InlineData("tpk_1 2")]
    [InlineData("tpk_é")]
    [InlineData("tpk_1\r")]
    [InlineData("\"tpk_1\"")]
    public void A_key_has_neither_blanks_nor_accents(string key) => Assert.NotNull(SecretText.ProblemOfKey(key));

    [Fact]
    public void Any_secret_that_is_right_comes_through_a_header_as_it_is_and_any_problem_keeps_it_to_itself() => Fuzz.Holds(
        Gen.OneOf(HostileText.Any, Gen.String[1, 20]),
        secret =>
        {
            Assert.Equal(SecretText.Trimmed(secret), SecretText.Trimmed(SecretText.Trimmed(secret)));
            if (SecretText.ProblemOf(secret) is { } problem)
            {
                Assert.True(secret.Length < 4 || !problem.Contains(secret, StringComparison.Ordinal), problem);
                return;
            }

            Assert.Equal(secret.Trim(' ', '\t'), secret);
            Assert.DoesNotContain(secret, c => c is '\r' or '\n' or '\0');
            Assert.Equal(secret, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(secret)));
        },
        secret => System.Text.Json.JsonSerializer.Serialize(secret));
}
