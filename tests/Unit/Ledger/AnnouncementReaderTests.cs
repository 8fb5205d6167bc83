using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Tests.Unit.Fuzzing;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>Announcements in whatever form a shop's language gives them.</summary>
public class AnnouncementReaderTests
{
    [Theory]
    [InlineData("100000")]
    [InlineData("100000.0")]
    [InlineData("100000.00000000000000000000000000")]
    [InlineData("1e5")]
    [InlineData("1E+5")]
    [InlineData("10000000e-2")]
    [InlineData("\"100000\"")]
    [InlineData("\"100000.0\"")]
    [InlineData("\"100 000 FCFA\"")]
    [InlineData("\"1e5\"")]
    [InlineData("\" +100000 \"")]
    [InlineData("\"0000100000\"")]
    public void A_whole_amount_is_taken_in_any_form(string amount) => Assert.Equal(100_000, Read($$"""{"orderId":"A-7","amount":{{amount}}}""").Amount);

    [Theory]
    [InlineData("\"A-7\"", "A-7")]
    [InlineData("1042", "1042")]
    [InlineData("1e3", "1e3")]
    [InlineData("\"01042\"", "01042")]
    [InlineData("9007199254740993", "9007199254740993")]
    public void An_order_id_may_be_a_number_and_counts_by_its_own_text(string json, string id) => Assert.Equal(id, Read($$"""{"orderId":{{json}},"amount":1}""").OrderId);

    [Theory]
    [InlineData("6516521598463777", "6516521598463777")]
    [InlineData("6.516521598463777e15", "6516521598463777")]
    [InlineData("6516521598463777.0", "6516521598463777")]
    [InlineData("\"3iH6wjHJ3\"", "3iH6wjHJ3")]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    public void A_transaction_id_may_be_a_number_and_counts_by_its_digits(string json, string? id) =>
        Assert.Equal(id, Read($$"""{"orderId":"A-7","amount":1,"transactionId":{{json}}}""").TransactionId);

    [Theory]
    [InlineData("true", true)]
    [InlineData("\"True\"", true)]
    [InlineData("\" yes \"", true)]
    [InlineData("1", true)]
    [InlineData("\"on\"", true)]
    [InlineData("false", false)]
    [InlineData("\"FALSE\"", false)]
    [InlineData("\"no\"", false)]
    [InlineData("0", false)]
    [InlineData("\"\"", false)]
    [InlineData("null", false)]
    public void Withdrawn_may_be_a_word(string json, bool withdrawn) => Assert.Equal(withdrawn, Read($$"""{"orderId":"A-7","amount":1,"withdrawn":{{json}}}""").Withdrawn);

    [Fact]
    public void Names_may_be_written_as_any_language_writes_them_and_what_is_not_known_does_not_count()
    {
        var expected = new ExpectPayment { Merchant = "shop-a", OrderId = "A-7", Amount = 5000, TransactionId = "t1", Withdrawn = false };
        foreach (var json in new[]
        {
            """{"merchant":"shop-a","orderId":"A-7","amount":5000,"transactionId":"t1","withdrawn":false}""",
            """{"Merchant":"shop-a","OrderId":"A-7","Amount":5000,"TransactionId":"t1","Withdrawn":false}""",
            """{"merchant":"shop-a","order_id":"A-7","amount":5000,"transaction_id":"t1"}""",
            """{"MERCHANT":"shop-a","ORDER_ID":"A-7","AMOUNT":5000,"TRANSACTION_ID":"t1"}""",
            """{"merchant":"shop-a","order-id":"A-7","amount":5000,"transaction-id":"t1","order":"B","currency":"XOF","items":[{"orderId":"C","amount":1}]}""",
        })
            Assert.Equal(expected, Read(json));
        Assert.Equal("default", Read("""{"orderId":"A-7","amount":5000}""").Merchant);
        Assert.Equal("default", Read("""{"orderId":"A-7","amount":5000,"merchant":null}""").Merchant);
    }

    [Theory]
    [InlineData("4999.5", true, "$.amount is 4999.5, but the amount must be whole XOF, 1 to 9223372036854775807.")]
    [InlineData("5000.00000000000000000000000000001", true, "$.amount is 5000.00000000000000000000000000001, but the amount must be whole XOF, 1 to 9223372036854775807.")]
    [InlineData("\"4999,50\"", false, "$.amount is \"4999,50\", but must be a number of whole XOF, for example 5000.")]
    [InlineData("\"1.000\"", true, "$.amount is \"1.000\", but the amount must be whole XOF, 1 to 9223372036854775807.")]
    [InlineData("\"5 00\"", false, "$.amount is \"5 00\", but must be a number of whole XOF, for example 5000.")]
    [InlineData("-5000", true, "$.amount is -5000, but the amount must be above 0.")]
    [InlineData("0", true, "$.amount is 0, but the amount must be above 0.")]
    [InlineData("-0.0", true, "$.amount is -0.0, but the amount must be above 0.")]
    [InlineData("\"NaN\"", true, "$.amount is \"NaN\", but that is no amount.")]
    [InlineData("9223372036854775808", true, "$.amount is 9223372036854775808, but the amount must be whole XOF, 1 to 9223372036854775807.")]
    [InlineData("1e999999999", true, "$.amount is 1e999999999, but the amount must be whole XOF, 1 to 9223372036854775807.")]
    [InlineData("true", false, "$.amount is true, but must be a number of whole XOF, for example 5000.")]
    [InlineData("[5000]", false, "$.amount is a list, but must be a number of whole XOF, for example 5000.")]
    [InlineData("null", false, "$.amount is null: send what the order is due, in whole XOF, for example 5000.")]
    public void An_amount_that_can_be_none_is_refused_and_the_refusal_says_what_it_is_about(string amount, bool readable, string said)
    {
        var refused = Refusal($$"""{"merchant":"shop-a","order_id":1042,"amount":{{amount}},"transactionId":"t1"}""");
        Assert.Equal((said, "$.amount", readable), (refused.Message, refused.Path, refused.IsReadable));
        Assert.Equal(("shop-a", "1042", amount == "-5000" ? -5000 : 0, "t1"), (refused.Merchant, refused.OrderId, refused.Amount, refused.TransactionId));
    }

    [Theory]
    [InlineData("""{"amount":5000}""", "$.orderId", "default", null, 5000)]
    [InlineData("""{"orderId":{"id":1},"amount":"5000"}""", "$.orderId", "default", null, 5000)]
    [InlineData("""{"orderId":"A-7","amount":5000,"merchant":["shop-a"]}""", "$.merchant", null, "A-7", 5000)]
    [InlineData("""{"orderId":"A-7","amount":-1,"withdrawn":"perhaps"}""", "$.withdrawn", "default", "A-7", -1)]
    [InlineData("""{"orderId":"A-7","amount":1,"amount":5000}""", "$.amount", "default", "A-7", 1)]
    [InlineData("""{"orderId":"A-7","order-id":"B-8","amount":1}""", "$['order-id']", "default", "A-7", 1)]
    [InlineData("\"A-7\"", "$", null, null, 0)]
    public void What_is_of_no_form_at_all_is_unreadable_and_what_can_be_read_of_it_is_said(string json, string path, string? merchant, string? orderId, long amount)
    {
        var refused = Refusal(json);
        Assert.False(refused.IsReadable);
        Assert.Equal((path, merchant, orderId, amount), (refused.Path, refused.Merchant, refused.OrderId, refused.Amount));
    }

    [Fact]
    public void Any_whole_amount_is_read_exactly_in_any_form_and_any_other_number_is_refused()
    {
        var gen = Gen.Select(Gen.OneOf(Gen.Long[1, 1_000_000], Gen.Long[1, long.MaxValue]), Gen.Int[0, 6], Gen.Int[0, 25]);
        Fuzz.Holds(gen, drawn =>
        {
            var (amount, form, zeros) = drawn;
            var digits = amount.ToString(CultureInfo.InvariantCulture);
            var text = form switch
            {
                0 => digits,
                1 => $"{digits}.0{new string('0', zeros)}",
                2 => $"{digits}{new string('0', zeros)}e-{zeros}",
                3 => $"{digits[0]}.{digits[1..]}0E+{digits.Length - 1}",
                4 => $"0.{new string('0', zeros)}{digits}e{zeros + digits.Length}",
                5 => $"{digits}.{new string('0', zeros)}1",
                _ => $"-{digits}",
            };
            foreach (var json in new[] { text, $"\"{text}\"" })
            {
                if (form < 5)
                    Assert.Equal(amount, Read($$"""{"orderId":"A-7","amount":{{json}}}""").Amount);
                else
                    Assert.True(Refusal($$"""{"orderId":"A-7","amount":{{json}}}""").IsReadable);
            }
        }, drawn => $"{drawn}");
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var options = new JsonSerializerOptions { Converters = { new AnnouncementConverter() } };
        foreach (var announced in new[] { new ExpectPayment { OrderId = "é/1", Amount = 1 }, new ExpectPayment { Merchant = "shop-a", OrderId = "A-7", Amount = long.MaxValue, TransactionId = "t1", Withdrawn = true } })
        {
            var json = JsonSerializer.Serialize(announced, options);
            Assert.Equal(JsonSerializer.Serialize(announced, JsonSerializerOptions.Web), json);
            Assert.Equal(announced, JsonSerializer.Deserialize<ExpectPayment>(json, options));
        }
    }

    private static ExpectPayment Read(string json) => AnnouncementReader.Read(JsonDocument.Parse(Encoding.UTF8.GetBytes(json)).RootElement);

    private static AnnouncementException Refusal(string json) => Assert.Throws<AnnouncementException>(() => Read(json));
}
