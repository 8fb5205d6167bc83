using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>Held against what Node itself writes: see fixtures/stringify.mjs.</summary>
public sealed class JavaScriptJsonTests
{
    private static readonly StringifyCase[] Cases = JsonSerializer.Deserialize<StringifyCase[]>(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Kkiapay", "fixtures", "stringify.json")),
        JsonSerializerOptions.Web)!;

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_body_is_rewritten_as_Node_rewrites_it(int number)
    {
        var (body, expected) = (Cases[number].Bytes, Cases[number].Expected);

        var actual = JavaScriptJson.Stringify(body);

        Assert.Equal(expected, actual is null ? null : Encoding.UTF8.GetString(actual));
    }

    [Fact]
    public void Every_body_that_Node_accepts_is_accepted_with_the_signature_of_what_Node_writes()
    {
        foreach (var c in Cases.Where(c => c.Expected is not null))
        {
            var signature = Convert.ToHexStringLower(HMACSHA256.HashData("s3cret"u8, Encoding.UTF8.GetBytes(c.Expected!)));
            var form = WebhookSignature.Check(c.Bytes, signature, ["s3cret"]);

            var same = c.Bytes.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(c.Expected!));
            Assert.Equal(same ? SignatureForm.Hmac : SignatureForm.HmacOfStringified, form);
        }
    }

    [Fact]
    public void The_fixture_holds_several_hundred_cases_of_which_most_are_accepted()
    {
        Assert.True(Cases.Length > 600);
        Assert.True(Cases.Count(c => c.Expected is not null) > 500);
    }

    [Fact]
    public void A_byte_order_mark_is_skipped_as_body_parsers_do() =>
        Assert.Equal("{\"a\":1}"u8.ToArray(), JavaScriptJson.Stringify([0xEF, 0xBB, 0xBF, .. "{ \"a\": 1.0 }"u8]));

    [Fact]
    public void What_is_nested_deeper_than_we_read_is_not_rewritten()
    {
        Assert.NotNull(JavaScriptJson.Stringify(Nested(64)));
        Assert.Null(JavaScriptJson.Stringify(Nested(65)));
        Assert.Null(JavaScriptJson.Stringify(Nested(100_000)));
    }

    [Fact]
    public void Any_bytes_are_rewritten_or_refused_but_never_throw() =>
        Gen.Byte.Array[0, 60].Sample(body => { JavaScriptJson.Stringify(body); }, iter: 5_000);

    [Fact]
    public void Rewriting_what_was_rewritten_changes_nothing()
    {
        foreach (var c in Cases.Where(c => c.Expected is not null))
        {
            var once = Encoding.UTF8.GetBytes(c.Expected!);
            Assert.Equal(c.Expected, Encoding.UTF8.GetString(JavaScriptJson.Stringify(once)!));
        }
    }

    [Fact]
    public void Any_number_keeps_its_value() => Gen.Double.Sample(
        value =>
        {
            var text = JavaScriptNumber.Format(value);
            if (!double.IsFinite(value))
                Assert.Equal("null", text);
            else
                Assert.Equal(value == 0 ? 0 : value, double.Parse(text, CultureInfo.InvariantCulture));
        },
        iter: 10_000);

    private static byte[] Nested(int depth) => Encoding.ASCII.GetBytes(new string('[', depth) + new string(']', depth));

    private sealed record StringifyCase(string? Body, string? Base64, string? Expected)
    {
        public byte[] Bytes => Base64 is null ? Encoding.UTF8.GetBytes(Body!) : Convert.FromBase64String(Base64);
    }
}
