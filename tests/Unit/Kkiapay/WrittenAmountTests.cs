using System.Text;
using System.Text.Json;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>Amounts as shops' systems and languages write them into the text of an answer.</summary>
public sealed class WrittenAmountTests
{
    [Theory]
    [InlineData("1 000", 1000)]
    [InlineData("1\u00a0000", 1000)] // no-break space
    [InlineData("1\u202f000\u202f000", 1_000_000)] // narrow no-break space, as French number formats write it
    [InlineData("25\u2009350", 25_350)] // thin space
    [InlineData("1'000", 1000)]
    [InlineData("1’000’000", 1_000_000)]
    [InlineData("5000.0", 5000)]
    [InlineData("5000.00", 5000)]
    [InlineData("5000,00", 5000)]
    [InlineData("1 000,00", 1000)]
    [InlineData("1,000.00", 1000)]
    [InlineData("1.000,00", 1000)]
    [InlineData("1,000,000", 1_000_000)]
    [InlineData("1.000.000", 1_000_000)]
    [InlineData("5000 XOF", 5000)]
    [InlineData("5 000 FCFA", 5000)]
    [InlineData("5\u00a0000\u00a0F CFA", 5000)]
    [InlineData("5000F", 5000)]
    [InlineData("xof 5000", 5000)]
    [InlineData("+5000", 5000)]
    [InlineData("５０００", 5000)]
    [InlineData("５　０００　ＸＯＦ", 5000)]
    [InlineData("٥٠٠٠", 5000)]
    [InlineData("5000.000", 5000)] // nobody groups after four digits
    [InlineData("5e3", 5000)]
    [InlineData(" 5000 ", 5000)]
    [InlineData("007", 7)]
    public void What_has_one_meaning_is_read(string text, long amount)
    {
        var read = Read(JsonSerializer.Serialize(text));
        Assert.Equal((amount, null), (read.Amount, read.AmountText));
    }

    [Theory]
    [InlineData("1.000")]
    [InlineData("1,000")]
    [InlineData("100.000")]
    [InlineData("25,350")]
    [InlineData("1.000 FCFA")]
    [InlineData("1 000,000")]
    [InlineData("4999.5")]
    [InlineData("4 999,50")]
    [InlineData("10 00")]
    [InlineData("1  000")]
    [InlineData("1\t000")]
    [InlineData("0 500")]
    [InlineData("1 000 00")]
    [InlineData("1,000 000")]
    [InlineData("5000 USD")]
    [InlineData("5000 EUR")]
    [InlineData("$5000")]
    [InlineData("5000 or so")]
    [InlineData("XOF 5000 FCFA")]
    [InlineData("5٠00")]
    [InlineData("-5000")]
    [InlineData("5E3F")]
    [InlineData("5000-")]
    [InlineData("5\u200b000")]
    [InlineData("FCFA")]
    public void What_could_be_two_amounts_or_none_is_left_to_a_person_with_its_words(string text)
    {
        var read = Read(JsonSerializer.Serialize(text));
        Assert.Null(read.Amount);
        Assert.Equal(ProviderText.OneLine(text, 40), read.AmountText);
    }

    [Theory]
    [InlineData("4999.5", "4999.5")]
    [InlineData("-5000", "-5000")]
    [InlineData("{\"value\":5000}", "{\"value\":5000}")]
    [InlineData("true", "true")]
    public void A_number_that_is_no_whole_amount_is_kept_as_it_came(string json, string text) => Assert.Equal((null, text), (Read(json).Amount, Read(json).AmountText));

    [Theory]
    [InlineData("1.000", 1)] // JSON has one way to write a number
    [InlineData("5000.0", 5000)]
    [InlineData("5e3", 5000)]
    public void A_JSON_number_has_no_marks_between_groups(string json, long amount) => Assert.Equal(amount, Read(json).Amount);

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void No_amount_is_no_text_either(string json) => Assert.Equal((null, null), (Read(json).Amount, Read(json).AmountText));

    [Fact]
    public void A_long_text_is_cut_and_put_into_one_line()
    {
        var text = Read(JsonSerializer.Serialize("five\nthousand " + new string('x', 5000))).AmountText;
        Assert.StartsWith("five thousand x", text, StringComparison.Ordinal);
        Assert.Equal(40, text!.Length);
    }

    [Fact]
    public void Fees_and_income_are_read_like_the_amount() =>
        Assert.Equal((19, 1000, 1000), Answer("""{"transactionId":"t1","status":"SUCCESS","amount":"1 019","fees":"19,00","income":"1 000 XOF","feeSupportedBy":"customer"}""") is var t ? (t.Fees, t.Net, t.AmountBeforeFees) : default);

    [Fact]
    public void A_webhook_claims_what_its_text_means()
    {
        Assert.Equal(25_000, Claimed("\"25 000 FCFA\""));
        Assert.Null(Claimed("\"25.000\""));
    }

    [Fact]
    public void An_answer_that_names_no_transaction_still_decides_where_it_has_an_amount_that_nobody_can_read() =>
        Assert.Equal((TransactionStatus.Complete, "4999.5"), Answer("""{"status":"SUCCESS","amount":4999.5}""") is var t ? (t.Status, t.AmountText) : default);

    private static KkiapayTransaction Read(string amount) => Answer($$"""{"transactionId":"t1","status":"SUCCESS","amount":{{amount}}}""");

    private static KkiapayTransaction Answer(string body) => TransactionReader.Read(new ProviderAnswer("t1", 200, Encoding.UTF8.GetBytes(body)), KkiapayDialect.Sdk);

    private static long? Claimed(string amount) =>
        KkiapayWebhook.TryParse(Encoding.UTF8.GetBytes($$"""{"event":"transaction.success","transactionId":"t1","amount":{{amount}}}"""), out var webhook, out _) ? webhook.Amount : -1;
}
