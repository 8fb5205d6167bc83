using System.Security.Cryptography;
using System.Text;
using CsCheck;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>A signature is taken when the reference makes the same one, and never otherwise.</summary>
public sealed class SignatureFuzzTests
{
    private static readonly Gen<string> Secret = Gen.Frequency(
        (6, Gen.Char['!', '~'].Array[1, 40].Select(c => new string(c))),
        (1, Fuzz.OneOf("", " ", "\t", "é", "s ", new string('a', 64), new string('k', 200))));

    private static readonly Gen<byte[]> Body = Gen.Frequency((6, ProviderGrammar.Webhook), (1, Gen.Byte.Array[0, 40]), (1, JsonGrammar.Damaged(JsonGrammar.Value)));

    private static readonly Gen<(byte[] Body, string[] Secrets, int Form, int Which, int Change)> Cases =
        Gen.Select(Body, Secret.Array[0, 3], Gen.Int[0, 9], Gen.Int[0, 2], Gen.Int[0, 63]);

    [Fact]
    public void Any_header_is_taken_when_a_reference_makes_the_same_and_never_otherwise() => Fuzz.Holds(
        Cases,
        c =>
        {
            var header = HeaderOf(c.Body, c.Secrets, c.Form, c.Which, c.Change);
            var expected = Reference(c.Body, header, c.Secrets);
            Assert.Equal(expected, WebhookSignature.Check(c.Body, header, c.Secrets));
            Assert.Equal(
                expected == SignatureForm.HmacOfStringified ? SignatureForm.None : expected,
                WebhookSignature.CheckAsSent(c.Body, header, c.Secrets));
        },
        c => $"form {c.Form} of [{string.Join(" | ", c.Secrets)}] {c.Which} {c.Change} {Fuzz.Print(c.Body)}");

    private static string? HeaderOf(byte[] body, string[] secrets, int form, int which, int change)
    {
        var secret = secrets.Length == 0 ? "none" : secrets[which % secrets.Length];
        var hmac = Hmac(secret, body);
        return form switch
        {
            0 => hmac,
            1 => hmac.ToUpperInvariant(),
            2 => secret,
            3 => Hmac(secret, Encoding.UTF8.GetBytes(ReferenceJavaScript.Stringify(body) ?? "")),
            4 => hmac[..change] + (hmac[change] == '0' ? '1' : '0') + hmac[(change + 1)..],
            5 => hmac[..change],
            6 => hmac + hmac[..change],
            7 => Hmac(secret + "x", body),
            8 => change % 2 == 0 ? null : " " + hmac,
            _ => hmac[..change] + "é" + hmac[(change + 1)..],
        };
    }

    private static SignatureForm Reference(byte[] body, string? header, string[] secrets)
    {
        var usable = secrets.Where(s => !string.IsNullOrWhiteSpace(s)).ToList();
        if (string.IsNullOrWhiteSpace(header))
            return SignatureForm.None;
        if (usable.Exists(s => header.Equals(Hmac(s, body), StringComparison.OrdinalIgnoreCase)))
            return SignatureForm.Hmac;
        if (usable.Contains(header, StringComparer.Ordinal))
            return SignatureForm.SharedSecret;
        return ReferenceJavaScript.Stringify(body) is { } text && usable.Exists(s => header.Equals(Hmac(s, Encoding.UTF8.GetBytes(text)), StringComparison.OrdinalIgnoreCase))
            ? SignatureForm.HmacOfStringified
            : SignatureForm.None;
    }

    private static string Hmac(string secret, byte[] content)
    {
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(secret));
        return string.Concat(hmac.ComputeHash(content).Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
