using System.Security.Cryptography;
using System.Text;
using CsCheck;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class WebhookSignatureTests
{
    private const string Secret = "whsec_0a1b2c";
    private static readonly byte[] Body = """{ "event": "transaction.success", "amount": 5000.0, "label": "Été \/ Noël" }"""u8.ToArray();
    private static readonly byte[] Stringified = """{"event":"transaction.success","amount":5000,"label":"Été / Noël"}"""u8.ToArray();

    public static TheoryData<string?> Missing => new(null, "", " ", "\t");

    [Fact]
    public void An_hmac_over_the_bytes_is_accepted() =>
        Assert.Equal(SignatureForm.Hmac, WebhookSignature.Check(Body, Hmac(Secret, Body), [Secret]));

    [Fact]
    public void An_hmac_in_upper_or_mixed_case_is_accepted()
    {
        var hex = Hmac(Secret, Body);
        Assert.Equal(SignatureForm.Hmac, WebhookSignature.Check(Body, hex.ToUpperInvariant(), [Secret]));
        Assert.Equal(SignatureForm.Hmac, WebhookSignature.Check(Body, hex[..32].ToUpperInvariant() + hex[32..], [Secret]));
    }

    [Fact]
    public void An_hmac_over_what_JavaScript_writes_is_accepted() =>
        Assert.Equal(SignatureForm.HmacOfStringified, WebhookSignature.Check(Body, Hmac(Secret, Stringified), [Secret]));

    [Fact]
    public void The_secret_itself_is_accepted() =>
        Assert.Equal(SignatureForm.SharedSecret, WebhookSignature.Check(Body, Secret, [Secret]));

    [Fact]
    public void A_secret_that_looks_like_an_hmac_is_accepted_as_itself_and_as_a_key()
    {
        var secret = Convert.ToHexStringLower(SHA256.HashData("x"u8));
        Assert.Equal(SignatureForm.SharedSecret, WebhookSignature.Check(Body, secret, [secret]));
        Assert.Equal(SignatureForm.Hmac, WebhookSignature.Check(Body, Hmac(secret, Body), [secret]));
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, secret.ToUpperInvariant(), [secret]));
    }

    [Fact]
    public void Each_secret_counts_while_one_is_being_replaced()
    {
        string[] secrets = ["new", Secret, "old"];
        foreach (var secret in secrets)
        {
            Assert.Equal(SignatureForm.Hmac, WebhookSignature.Check(Body, Hmac(secret, Body), secrets));
            Assert.Equal(SignatureForm.HmacOfStringified, WebhookSignature.Check(Body, Hmac(secret, Stringified), secrets));
            Assert.Equal(SignatureForm.SharedSecret, WebhookSignature.Check(Body, secret, secrets));
        }
    }

    [Theory]
    [MemberData(nameof(Missing))]
    public void A_missing_header_is_refused(string? header)
    {
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, header, [Secret]));
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, header, [""]));
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, header, [header!]));
    }

    [Fact]
    public void Without_a_secret_everything_is_refused()
    {
        foreach (var header in new[] { Hmac("", Body), Hmac(Secret, Body), Secret, " ", "" })
        {
            Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, header, []));
            Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, header, null!));
            Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, header, [""]));
            Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, header, [" ", null!]));
        }
    }

    [Fact]
    public void A_blank_secret_beside_a_real_one_opens_nothing()
    {
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, Hmac("", Body), ["", Secret]));
        Assert.Equal(SignatureForm.Hmac, WebhookSignature.Check(Body, Hmac(Secret, Body), ["", Secret]));
    }

    [Fact]
    public void Another_secret_is_refused() =>
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, Hmac("other", Body), [Secret]));

    [Theory]
    [InlineData("sha256=")]
    [InlineData(" ")]
    [InlineData("0")]
    public void An_hmac_with_anything_around_it_is_refused(string around)
    {
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, around + Hmac(Secret, Body), [Secret]));
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, Hmac(Secret, Body) + around, [Secret]));
    }

    [Theory]
    [InlineData("Whsec_0a1b2c")]
    [InlineData("whsec_0a1b2")]
    [InlineData("whsec_0a1b2cc")]
    [InlineData(" whsec_0a1b2c")]
    public void Almost_the_secret_is_refused(string header) =>
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, header, [Secret]));

    [Theory]
    [InlineData("clé-secrète-2024")]
    [InlineData("Société Générale ÿ")]
    [InlineData("é")]
    [InlineData("Ã©tÃ©")]
    public void A_secret_with_accents_is_accepted_as_Latin_1_and_as_UTF_8_however_the_server_read_it(string secret)
    {
        byte[][] sent = [Encoding.UTF8.GetBytes(secret), Encoding.Latin1.GetBytes(secret)];
        foreach (var bytes in sent)
        {
            Assert.Equal(SignatureForm.SharedSecret, WebhookSignature.Check(Body, Encoding.Latin1.GetString(bytes), [Secret, secret]));
            Assert.Equal(SignatureForm.Hmac, WebhookSignature.Check(Body, Convert.ToHexStringLower(HMACSHA256.HashData(bytes, Body)), [Secret, secret]));
            Assert.Equal(SignatureForm.HmacOfStringified, WebhookSignature.Check(Body, Convert.ToHexStringLower(HMACSHA256.HashData(bytes, Stringified)), [Secret, secret]));
        }

        Assert.Equal(SignatureForm.SharedSecret, WebhookSignature.Check(Body, secret, [secret]));
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, secret.Replace('é', 'e').Replace('Ã', 'A'), [secret]));
    }

    [Fact]
    public void A_secret_beyond_Latin_1_is_accepted_as_UTF_8()
    {
        Assert.Equal(SignatureForm.SharedSecret, WebhookSignature.Check(Body, Encoding.Latin1.GetString("clé-à-5-€"u8), ["clé-à-5-€"]));
        Assert.Equal(SignatureForm.None, WebhookSignature.Check(Body, Encoding.Latin1.GetString("clé-à-5-?"u8), ["clé-à-5-€"]));
    }

    [Fact]
    public void A_body_that_is_not_json_can_still_be_signed()
    {
        foreach (var body in new byte[][] { [], "hello"u8.ToArray(), [0xff, 0x00] })
            Assert.Equal(SignatureForm.Hmac, WebhookSignature.Check(body, Hmac(Secret, body), [Secret]));
    }

    [Fact]
    public void A_known_answer_of_openssl() => Assert.Equal(
        // printf '{"amount":5000}' | openssl dgst -sha256 -hmac secret
        SignatureForm.Hmac,
        WebhookSignature.Check("{\"amount\":5000}"u8, KnownAnswer, ["secret"]));

    private const string KnownAnswer = "c493e34d6e8204df3a07157b8a544561d39241c7179d2de13ab1d470122f770c";

    [Fact]
    public void Any_body_signed_with_any_secret_is_accepted_and_no_changed_one() =>
        Gen.Select(Gen.Byte.Array[0, 80], Gen.String[1, 40].Where(s => !string.IsNullOrWhiteSpace(s)), Gen.Int[0, 255], Gen.Int[0, 79])
            .Sample(
                (body, secret, bit, position) =>
                {
                    var hmac = Hmac(secret, body);
                    Assert.Equal(SignatureForm.Hmac, WebhookSignature.Check(body, hmac, ["other", secret]));

                    // One bit of the signature, or of the body, is enough.
                    var signature = Convert.FromHexString(hmac);
                    signature[bit / 8] ^= (byte)(1 << (bit % 8));
                    Assert.Equal(SignatureForm.None, WebhookSignature.Check(body, Convert.ToHexStringLower(signature), [secret]));
                    if (body.Length == 0)
                        return;
                    var changed = body.ToArray();
                    changed[position % body.Length] ^= (byte)(1 << (bit % 8));
                    Assert.Equal(SignatureForm.None, WebhookSignature.Check(changed, hmac, [secret]));
                },
                iter: 3_000);

    [Fact]
    public void No_header_that_was_not_made_with_the_secret_is_accepted() =>
        Gen.Select(Gen.Byte.Array[0, 60], Gen.String[0, 80]).Sample(
            (body, header) => Assert.Equal(SignatureForm.None, WebhookSignature.Check(body, header, [Secret])), iter: 3_000);

    private static string Hmac(string secret, byte[] body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
}
