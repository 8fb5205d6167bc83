using System.Globalization;
using System.Text;
using System.Text.Json;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class LenientFieldsTests
{
    [Theory]
    [InlineData("5000", 5000L)]
    [InlineData("\"5000\"", 5000L)]
    [InlineData("\" 5000 \"", 5000L)]
    [InlineData("\"05000\"", 5000L)]
    [InlineData("5000.0", 5000L)]
    [InlineData("\"5000.00\"", 5000L)]
    [InlineData("5e3", 5000L)]
    [InlineData("5E+3", 5000L)]
    [InlineData("50000e-1", 5000L)]
    [InlineData("0", 0L)]
    [InlineData("-0", 0L)]
    [InlineData("0e999999999999", 0L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("\"9223372036854775807\"", long.MaxValue)]
    [InlineData("9223372036854775808", null)]
    [InlineData("1e19", null)]
    [InlineData("1e999999999999", null)]
    [InlineData("5000.5", null)]
    [InlineData("5000.00000000000000000000000000000000001", null)]
    [InlineData("1e-1", null)]
    [InlineData("1e-999999999999", null)]
    [InlineData("-1", null)]
    [InlineData("\"-5000\"", null)]
    [InlineData("\"+5000\"", 5000L)]
    [InlineData("\"5 000\"", 5000L)]
    [InlineData("\"5,000\"", null)]
    [InlineData("\"5000 XOF\"", 5000L)]
    [InlineData("\"0x10\"", null)]
    [InlineData("\"5000.\"", null)]
    [InlineData("\".5\"", null)]
    [InlineData("\"NaN\"", null)]
    [InlineData("\"٥٠٠٠\"", 5000L)]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    [InlineData("true", null)]
    [InlineData("[5000]", null)]
    public void An_amount_is_whole_or_null(string json, long? expected) =>
        Assert.Equal(expected, ProviderFields.Whole(Object($"\"amount\":{json}"), "amount"));

    [Theory]
    [InlineData("\"2024-02-24T10:30:45Z\"", "2024-02-24T10:30:45.000Z")]
    [InlineData("\"2024-03-20T08:55:22.883Z\"", "2024-03-20T08:55:22.883Z")]
    [InlineData("\"2024-03-20T08:55:22.883123Z\"", "2024-03-20T08:55:22.883Z")]
    [InlineData("\"2024-03-20T08:55:22\"", "2024-03-20T08:55:22.000Z")]
    [InlineData("\"2024-03-20T08:55:22.5\"", "2024-03-20T08:55:22.500Z")]
    [InlineData("\"2024-03-20 08:55:22\"", "2024-03-20T08:55:22.000Z")]
    [InlineData("\"2024-03-20T09:55:22+01:00\"", "2024-03-20T08:55:22.000Z")]
    [InlineData("\"2024-03-20T00:55:22-08:00\"", "2024-03-20T08:55:22.000Z")]
    [InlineData("\"2024-03-20T08:55Z\"", "2024-03-20T08:55:00.000Z")]
    [InlineData("\" 2024-03-20T08:55:22Z \"", "2024-03-20T08:55:22.000Z")]
    [InlineData("\"2024-03-20\"", "2024-03-20T00:00:00.000Z")]
    [InlineData("1710924922883", "2024-03-20T08:55:22.883Z")]
    [InlineData("\"1710924922883\"", "2024-03-20T08:55:22.883Z")]
    [InlineData("1710924922", "2024-03-20T08:55:22.000Z")]
    [InlineData("\"24/02/2024\"", "2024-02-24T00:00:00.000Z")]
    [InlineData("\"02/24/2024\"", null)]
    [InlineData("\"31/02/2024\"", null)]
    [InlineData("\"24/2/24\"", null)]
    [InlineData("\"2024-13-01T00:00:00Z\"", null)]
    [InlineData("\"2024-02-30T00:00:00Z\"", null)]
    [InlineData("\"2024-02-24T25:00:00Z\"", null)]
    [InlineData("\"yesterday\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("1e300", null)]
    [InlineData("9223372036854775807", null)]
    [InlineData("true", null)]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    public void A_time_is_in_utc_or_null(string json, string? expected)
    {
        var time = ProviderFields.PerformedAt(Object($"\"performedAt\":{json}"));

        Assert.Equal(expected, time?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        Assert.True(time is null || time.Value.Offset == TimeSpan.Zero);
    }

    [Theory]
    [InlineData("""{"orderId":"A1"}""", """{"orderId":"A1"}""")]
    [InlineData("{}", "{}")]
    [InlineData("\"{\\\"orderId\\\":\\\"A1\\\"}\"", """{"orderId":"A1"}""")]
    [InlineData("\" {\\\"orderId\\\":1}\"", """{"orderId":1}""")]
    [InlineData("\"A1\"", "\"A1\"")]
    [InlineData("\"\\\"A1\\\"\"", "\"A1\"")]
    [InlineData("\"12345\"", "\"12345\"")]
    [InlineData("12345", "\"12345\"")]
    [InlineData("\"true\"", "\"true\"")]
    [InlineData("\"[1]\"", "\"[1]\"")]
    [InlineData("\"{not json\"", "\"{not json\"")]
    [InlineData("\"\\\"{\\\\\\\"orderId\\\\\\\":\\\\\\\"J-7\\\\\\\"}\\\"\"", """{"orderId":"J-7"}""")]
    [InlineData("\"\\\"\\\\\\\"J-7\\\\\\\"\\\"\"", "\"J-7\"")]
    [InlineData("\"\\\"1234\\\"\"", "\"1234\"")]
    [InlineData("\"\\\"  \\\"\"", null)]
    [InlineData("\"\\\"unended\"", "\"\\u0022unended\"")]
    [InlineData("[1,2]", "[1,2]")]
    [InlineData("true", "true")]
    [InlineData("\"\"", null)]
    [InlineData("\"  \"", null)]
    [InlineData("\"\\\"\\\"\"", null)]
    [InlineData("null", null)]
    public void The_shops_data_is_an_object_or_a_bare_reference(string json, string? expected) =>
        Assert.Equal(expected, Data(json)?.GetRawText());

    [Fact]
    public void Data_is_taken_out_of_five_strings_and_no_more()
    {
        var text = """{"orderId":"J-7"}""";
        for (var times = 1; times <= 7; times++)
        {
            text = JsonSerializer.Serialize(text);
            Assert.Equal(times <= 5 ? JsonValueKind.Object : JsonValueKind.String, Data(text)!.Value.ValueKind);
        }
    }

    [Theory]
    [InlineData("""  "stateData":{"orderId":"A"},"state":{"orderId":"B"}  """, """{"orderId":"A"}""")]
    [InlineData("""  "state":"{\"orderId\":\"B\"}"  """, """{"orderId":"B"}""")]
    [InlineData("""  "stateData":null,"state":"B"  """, "\"B\"")]
    [InlineData("""  "stateData":"null","state":"B"  """, "\"B\"")]
    [InlineData("""  "stateData":" Undefined ","state":"B"  """, "\"B\"")]
    [InlineData("""  "stateData":{},"state":"B"  """, "\"B\"")]
    [InlineData("""  "stateData":"{}","state":"B"  """, "\"B\"")]
    [InlineData("""  "stateData":[],"state":"B"  """, "\"B\"")]
    [InlineData("""  "stateData":{}  """, "{}")]
    [InlineData("""  "stateData":"null","state":{}  """, "\"null\"")]
    [InlineData("""  "stateData":""  """, null)]
    public void The_shops_data_is_in_either_field(string fields, string? expected)
    {
        var root = Object(fields);
        Assert.Equal(expected, ShopData.Of(root)?.GetRawText());
    }

    [Fact]
    public void Data_in_a_string_that_repeats_a_property_stays_a_string() =>
        Assert.Equal(JsonValueKind.String, Data("\"{\\\"a\\\":1,\\\"a\\\":2}\"")!.Value.ValueKind);

    [Theory]
    [InlineData("{\"a\":\"x\\u0000y\"}", "x\uFFFDy")]
    [InlineData("{\"a\":\"\\ud800\"}", "\uFFFD")]
    [InlineData("{\"a\":\"\\udc00\\ud83d\"}", "\uFFFD\uFFFD")]
    [InlineData("{\"a\":\"\\ud83d\\ud83d\\ude00\"}", "\uFFFD😀")]
    [InlineData("{\"a\":\"\\ud83d\\u0000\"}", "\uFFFD\uFFFD")]
    [InlineData("{\"a\":\"\\uD83D\\uDE00\"}", "😀")]
    [InlineData("{\"a\":\"\\\\u0000\"}", "\\u0000")]
    [InlineData("{\"a\":\"\\\\\\u0000\"}", "\\\uFFFD")]
    public void What_postgres_refuses_never_leaves_the_parser(string json, string expected)
    {
        Assert.Equal(expected, Data(json)!.Value.GetProperty("a").GetString());

        // The same once more as a string: its own escapes count after the outer ones are gone.
        Assert.Equal(expected, Data(JsonSerializer.Serialize(json))!.Value.GetProperty("a").GetString());
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Data_too_deep_to_travel_inside_an_event_is_dropped(int depth, bool kept)
    {
        var nested = string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);
        Assert.Equal(kept, Data(nested) is not null);
        Assert.Equal(kept, Data($"[{nested[5..^1]}]") is not null);
    }

    [Theory]
    [InlineData("1e400", "1e400")]
    [InlineData("1e401", "\"1e401\"")]
    [InlineData("1e-99999", "\"1e-99999\"")]
    [InlineData("1E+131073", "\"1E\\u002B131073\"")]
    [InlineData("1e99999999999999999999", "\"1e99999999999999999999\"")]
    [InlineData("12345678901234567890.123", "12345678901234567890.123")]
    public void A_number_that_jsonb_can_not_hold_becomes_text(string number, string expected) =>
        Assert.Equal($$"""{"b":[{"a":{{expected}}}]}""", Data($$"""{"b":[{"a":{{number}}}]}""")!.Value.GetRawText());

    [Fact]
    public void Long_text_is_cut_and_never_within_a_surrogate_pair()
    {
        var text = new string('a', 1023) + "😀" + "b";
        var cut = ProviderFields.Text(Object($"\"label\":\"{text}\""), "label");

        Assert.Equal(new string('a', 1023), cut);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("\"true\"", true)]
    [InlineData("\"False\"", false)]
    [InlineData("1", null)]
    [InlineData("\"yes\"", null)]
    [InlineData("null", null)]
    [InlineData("[]", null)]
    public void A_flag_is_true_false_or_null(string json, bool? expected) =>
        Assert.Equal(expected, ProviderFields.Flag(Object($"\"isPaymentSucces\":{json}"), "isPaymentSucces"));

    private static JsonElement? Data(string json) => ShopData.Read(Object($"\"stateData\":{json}"), "stateData");

    private static JsonElement Object(string fields)
    {
        Assert.True(ProviderJson.TryParseObject(Encoding.UTF8.GetBytes($"{{{fields}}}"), out var document, out var problem), problem);
        using (document)
            return document.RootElement.Clone();
    }
}
