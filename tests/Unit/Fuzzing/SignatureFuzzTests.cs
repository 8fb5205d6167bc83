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
        (1, Fuzz.OneOf("", " ", "\t", "é", "Ã©", "s ", "clé-secrète-2024", "clé-à-€", "秘密", new string('é', 32), new string('a', 64), new string('k', 200))),
        (2, Gen.Char['!', '\u00ff'].Array[1, 40].Select(c => new string(c))));

    private static readonly Gen<byte[]> Body = Gen.Frequency((6, ProviderGrammar.Webhook), (1, Gen.Byte.Array[0, 40]), (1, JsonGrammar.Damaged(JsonGrammar.Value)));

    private static readonly Gen<(byte[] Body, string[] Secrets, int Form, int Which, int Change)> Cases =
        Gen.Select(Body, Secret.Array[0, 3], Gen.Int[0, 13], Gen.Int[0, 2], Gen.Int[0, 63]);

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
            // As a server reads it that takes headers for Latin-1 (each byte a character), or for UTF-8.
            9 => AsLatin1(Encoding.UTF8.GetBytes(secret)),
            10 => AsLatin1(Latin1(secret) ?? []),
            11 => Hmac(Latin1(secret) ?? [], body),
            12 => AsLatin1(Encoding.UTF8.GetBytes(AsLatin1(Encoding.UTF8.GetBytes(secret)))),
            _ => hmac[..change] + "é" + hmac[(change + 1)..],
        };
    }

    private static SignatureForm Reference(byte[] body, string? header, string[] secrets)
    {
        var usable = secrets.Where(s => !string.IsNullOrWhiteSpace(s)).ToList();
        if (string.IsNullOrWhiteSpace(header))
            return SignatureForm.None;
        if (usable.Exists(s => FormsOf(s).Exists(key => header.Equals(Hmac(key, body), StringComparison.OrdinalIgnoreCase))))
            return SignatureForm.Hmac;
        var wire = FormsOf(header).ConvertAll(form => Convert.ToHexString(form));
        if (usable.Exists(s => FormsOf(s).Exists(form => wire.Contains(Convert.ToHexString(form)))))
            return SignatureForm.SharedSecret;
        return ReferenceJavaScript.Stringify(body) is { } text && usable.Exists(s => FormsOf(s).Exists(key => header.Equals(Hmac(key, Encoding.UTF8.GetBytes(text)), StringComparison.OrdinalIgnoreCase)))
            ? SignatureForm.HmacOfStringified
            : SignatureForm.None;
    }

    private static List<byte[]> FormsOf(string text) => Latin1(text) is { } latin1 ? [Encoding.UTF8.GetBytes(text), latin1] : [Encoding.UTF8.GetBytes(text)];

    private static byte[]? Latin1(string text) => text.Any(c => c > 255) ? null : [.. text.Select(c => (byte)c)];

    private static string AsLatin1(byte[] bytes) => string.Concat(bytes.Select(b => (char)b));

    private static string Hmac(string secret, byte[] content) => Hmac(Encoding.UTF8.GetBytes(secret), content);

    private static string Hmac(byte[] secret, byte[] content)
    {
        using var hmac = new HMACSHA256(secret);
        return string.Concat(hmac.ComputeHash(content).Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
