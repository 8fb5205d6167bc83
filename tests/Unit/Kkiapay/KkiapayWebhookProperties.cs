using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using CsCheck;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>The parser never throws, and never reads another meaning than a plain reading does.</summary>
public sealed class KkiapayWebhookProperties
{
    private static readonly byte[] Valid = """
        {"event":"transaction.success","transactionId":"txn_abc","amount":"5000","partnerId":"p","performedAt":"2024-03-20T08:55:22.883Z","stateData":"{\"orderId\":\"A\u0000\ud83d\"}"}
        """u8.ToArray();

    private static readonly string[] Signs =
        ["{", "}", "[", "]", ":", ",", "\"", "\\", "u", "d800", "0000", "1", "-", "e", "event", "transactionId", "transaction.success", "t", " ", "\uFEFF"];

    private static readonly Gen<string> Digits = Gen.Char['0', '9'].Array[1, 22].Select(d => new string(d));

    private static readonly Gen<string> Decimal = Gen.Select(Gen.Bool, Digits, Digits, Gen.Int[0, 3], Gen.Int[-30, 30])
        .Select((negative, whole, fraction, form, exponent) =>
        {
            var text = (negative && form != 0 ? "-" : "") + (whole.TrimStart('0') is { Length: > 0 } w ? w : "0");
            if (form >= 1)
                text += "." + (form == 3 ? new string('0', fraction.Length) : fraction);
            return form >= 2 ? text + "e" + exponent.ToString(CultureInfo.InvariantCulture) : text;
        });

    [Fact]
    public void Any_bytes_are_read_or_refused_with_a_reason() => Gen.Byte.Array[0, 80].Sample(Check, iter: 5_000);

    [Fact]
    public void Any_text_of_json_signs_is_read_or_refused_with_a_reason() =>
        Gen.Int[0, Signs.Length - 1].Array[0, 40].Select(picks => string.Concat(picks.Select(i => Signs[i])))
            .Sample(text => Check(Encoding.UTF8.GetBytes(text)), iter: 5_000);

    [Fact]
    public void A_valid_body_with_any_bytes_changed_is_read_or_refused_with_a_reason() =>
        Gen.Select(Gen.Int[0, Valid.Length - 1], Gen.Byte).Array[1, 4].Sample(
            changes =>
            {
                var body = Valid.ToArray();
                foreach (var (position, value) in changes)
                    body[position] = value;
                Check(body);
            },
            iter: 10_000);

    [Theory]
    [InlineData("\\u000\0")]
    [InlineData("\\ud83\0")]
    [InlineData("\\u\0\0\0\0")]
    public void An_escape_with_a_NUL_among_its_digits_is_no_JSON(string escape) =>
        Assert.False(KkiapayWebhook.TryParse(
            Encoding.UTF8.GetBytes($$"""{"event":"transaction.success","transactionId":"t1","label":"{{escape}}"}"""), out _, out _));

    [Fact]
    public void A_body_cut_anywhere_is_refused()
    {
        for (var length = 0; length < Valid.Length - 1; length++)
            Assert.False(KkiapayWebhook.TryParse(Valid.AsSpan(0, length), out _, out _), $"cut at {length}");
    }

    [Fact]
    public void Any_amount_is_exact_or_null() => Decimal.Sample(
        text =>
        {
            var expected = Reference(text);
            foreach (var amount in new[] { text, $"\"{text}\"", $"\" {text} \"" })
                Assert.Equal(expected, Parse($"\"amount\":{amount}").Amount);
        },
        iter: 10_000);

    [Fact]
    public void Any_text_comes_back_without_what_a_database_refuses() => Gen.Char.Array[1, 40].Sample(
        chars =>
        {
            // Every unit as an escape: also those that no UTF-8 could carry.
            var escaped = string.Concat(chars.Select(c => $"\\u{(int)c:x4}"));
            var expected = Reference(chars);

            var webhook = Parse($"\"stateData\":{{\"k{escaped}\":\"{escaped}\"}},\"partnerId\":\"{escaped}\"");

            var property = webhook.StateData!.Value.EnumerateObject().Single();
            Assert.Equal("k" + expected, property.Name);
            Assert.Equal(expected, property.Value.GetString());
            Assert.Equal(string.IsNullOrWhiteSpace(expected) ? null : expected, webhook.PartnerId);
        },
        iter: 3_000);

    private static void Check(byte[] body)
    {
        if (!KkiapayWebhook.TryParse(body, out var webhook, out var problem))
        {
            Assert.Null(webhook);
            Assert.EndsWith(".", problem, StringComparison.Ordinal);
            return;
        }

        Assert.Null(problem);
        // The plain reading: what a strict reader finds under the same names.
        var text = Encoding.UTF8.GetString(body).TrimStart('\uFEFF');
        using var document = JsonDocument.Parse(text);
        Assert.Equal(document.RootElement.GetProperty("transactionId").GetString(), webhook.TransactionId);
        Assert.Equal(document.RootElement.GetProperty("event").GetString(), webhook.EventName);
        Assert.Matches("^[A-Za-z0-9_-]{1,64}\\z", webhook.TransactionId);
        if (webhook.StateData is { } data)
            Assert.DoesNotContain("\\u0000", data.GetRawText().Replace("\\\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static KkiapayWebhook Parse(string fields)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"event":"transaction.success","transactionId":"t1",{{fields}}}""");
        Assert.True(KkiapayWebhook.TryParse(body, out var webhook, out var problem), problem);
        return webhook;
    }

    /// <summary>Whole and in range, by arithmetic without rounding.</summary>
    private static long? Reference(string text)
    {
        var e = text.IndexOf('e', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
            exponent -= mantissa.Length - dot - 1;
        var value = BigInteger.Parse(mantissa.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        if (exponent >= 0)
        {
            value *= BigInteger.Pow(10, exponent);
        }
        else
        {
            value = BigInteger.DivRem(value, BigInteger.Pow(10, -exponent), out var rest);
            if (!rest.IsZero)
                return null;
        }

        return value >= 0 && value <= long.MaxValue ? (long)value : null;
    }

    private static string Reference(char[] units)
    {
        var text = new StringBuilder();
        for (var i = 0; i < units.Length; i++)
        {
            if (i + 1 < units.Length && char.IsSurrogatePair(units[i], units[i + 1]))
                text.Append(units[i]).Append(units[++i]);
            else
                text.Append(units[i] == '\0' || char.IsSurrogate(units[i]) ? '\uFFFD' : units[i]);
        }

        return text.ToString();
    }
}
