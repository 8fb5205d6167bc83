using System.IO.Compression;
using CsCheck;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>Whatever bytes come under whatever name of an encoding: they are unpacked within a bound, or refused.</summary>
public sealed class AnswerBodyFuzzTests
{
    private static readonly Gen<string[]> Encodings = Fuzz.OneOf("gzip", "br", "deflate", "x-gzip", "zstd", "compress", "nonsense").Array[0, 3];

    private static readonly Gen<byte[]> Bodies = Gen.Frequency((3, ProviderGrammar.Answer), (2, Gen.Byte.Array[0, 60]));

    private static readonly Gen<string?> Types = Fuzz.OneOf<string?>(null, "", "application/json", "application/json; charset=utf-8", "application/json; charset=iso-8859-1", "application/json;charset=utf-16", "text/html; charset=\"", "x/y; charset=utf-7", "; charset=", "application/json; charset=\u00e9");

    [Fact]
    public void Any_bytes_are_unpacked_within_the_bound_or_refused() => Fuzz.Holds(
        Gen.Select(Encodings, Bodies, Fuzz.OneOf("", "gzip", "br", "deflate"), Types, Gen.Byte.Array[0, 3]),
        c => Check(c.Item1, Damaged(Packed(c.Item2, c.Item3), c.Item5), c.Item4),
        c => $"{string.Join(',', c.Item1)} of {c.Item3} {c.Item4} {Convert.ToHexString(c.Item5)} {Fuzz.Print(c.Item2)}");

    [Fact]
    public void Any_body_that_is_packed_as_it_says_comes_out_as_it_was() => Fuzz.Holds(
        Gen.Select(Bodies, Fuzz.OneOf("gzip", "br", "deflate").Array[0, 4]),
        c =>
        {
            var (body, problem) = AnswerBody.Unpack(c.Item2.Aggregate(c.Item1, Packed), c.Item2);
            // Where nothing is said, what begins as gzip does is taken for it; and an empty text can't be told from a cut.
            if (c.Item1.Length == 0 || (c.Item2.Length == 0 && c.Item1 is [0x1F, 0x8B, ..]))
                return;
            Assert.Null(problem);
            Assert.Equal(c.Item1, body.ToArray());
        },
        c => $"{string.Join(',', c.Item2)} {Fuzz.Print(c.Item1)}");

    private static void Check(string[] encodings, byte[] packed, string? type)
    {
        var (body, problem) = AnswerBody.Unpack(packed, encodings);
        Assert.True(problem is null or UnreadableReason.Compression or UnreadableReason.TooLarge);
        Assert.InRange(body.Length, 0, AnswerHandler.MaxBody);
        var text = AnswerCharset.ToUtf8(body, type);
        Assert.True(System.Text.Unicode.Utf8.IsValid(text.Span) || text.Equals(body), "Bytes were changed into what is no text.");
    }

    private static byte[] Packed(byte[] body, string encoding)
    {
        if (encoding.Length == 0)
            return body;
        using var packed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest),
            _ => new ZLibStream(packed, CompressionLevel.Fastest),
        })
            stream.Write(body);
        return packed.ToArray();
    }

    private static byte[] Damaged(byte[] body, byte[] changes)
    {
        var damaged = body.ToArray();
        foreach (var change in changes.Where(_ => damaged.Length > 0))
            damaged[change % damaged.Length] ^= change;
        return damaged;
    }
}
