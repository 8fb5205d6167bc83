using System.Text;

namespace KkiaEvents.Kkiapay;

/// <summary>Bounds on text from outside.</summary>
internal static class ProviderText
{
    /// <summary>The longest text kept of a field that a person reads, in UTF-16 units.</summary>
    public const int MaxText = 1024;

    /// <summary>The longest text kept of a field that is one of a few words, such as the method: whoever stores payments may index it.</summary>
    public const int MaxWord = 64;

    /// <summary>The longest id, order reference or code: longer ones are dropped, because a shortened id is another id.</summary>
    public const int MaxId = 200;

    /// <summary>The first <paramref name="max"/> units, never ending within a surrogate pair.</summary>
    public static string Shorten(string text, int max)
    {
        if (text.Length <= max)
            return text;
        return text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];
    }

    /// <summary>Text that can stand in a sentence or a log line.</summary>
    public static string OneLine(string text, int max)
    {
        var shortened = Shorten(text, max);
        return string.Create(shortened.Length, shortened, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? ' ' : source[i];
        });
    }

    /// <summary>Bytes as text that can be stored: what is not UTF-8 and U+0000 become U+FFFD.</summary>
    public static string Raw(ReadOnlySpan<byte> body) => Encoding.UTF8.GetString(body).Replace('\0', '\uFFFD');
}
