using System.Globalization;
using System.Text;

namespace KkiaEvents.Ledger.Text;

/// <summary>
/// Unicode's normal forms (UAX 15). The services run without ICU, where .NET's own Normalize leaves text as it is; and a
/// table of one's own decides the same on every machine, which a replay years later relies on.
/// </summary>
internal static class UnicodeNormalization
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int Vowels = 21, Tails = 28, Syllables = 19 * Vowels * Tails;

    private static readonly Lazy<Tables> Loaded = new(Tables.Read);

    /// <summary>NFC: one way to write what is canonically the same. Lone surrogates become U+FFFD.</summary>
    public static string Compose(string text) => Ascii.IsValid(text) ? text : Text(Composed(Decomposed(text, compatible: false)));

    /// <summary>NFKD: letters and marks apart, widths, ligatures and other forms of a letter as the letter itself.</summary>
    public static string Decompose(string text) => Ascii.IsValid(text) ? text : Text(Decomposed(text, compatible: true));

    private static List<int> Decomposed(string text, bool compatible)
    {
        var tables = Loaded.Value;
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value - HangulBase is >= 0 and < Syllables and var syllable)
            {
                points.Add(LeadBase + (syllable / (Vowels * Tails)));
                points.Add(VowelBase + (syllable / Tails % Vowels));
                if (syllable % Tails is > 0 and var tail)
                    points.Add(TailBase + tail);
            }
            else if ((compatible && tables.Compatible.TryGetValue(rune.Value, out var parts)) || tables.Canonical.TryGetValue(rune.Value, out parts))
            {
                points.AddRange(parts);
            }
            else
            {
                points.Add(rune.Value);
            }
        }

        Order(points, tables);
        return points;
    }

    // Marks behind a letter stand in the order of their classes; those of one class stay as they are.
    private static void Order(List<int> points, Tables tables)
    {
        for (var start = 0; start < points.Count; start++)
        {
            if (tables.ClassOf(points[start]) == 0)
                continue;
            var end = start + 1;
            while (end < points.Count && tables.ClassOf(points[end]) != 0)
                end++;
            if (end - start > 1)
            {
                var sorted = points[start..end].OrderBy(tables.ClassOf).ToList();
                for (var i = 0; i < sorted.Count; i++)
                    points[start + i] = sorted[i];
            }

            start = end;
        }
    }

    private static List<int> Composed(List<int> points)
    {
        var tables = Loaded.Value;
        var composed = new List<int>(points.Count);
        var starter = -1;
        foreach (var point in points)
        {
            var before = composed.Count - 1;
            var rank = tables.ClassOf(point);
            // Blocked: a mark of the same or a higher class stands between them.
            if (starter >= 0 && (before == starter || (rank != 0 && tables.ClassOf(composed[before]) < rank))
                && Pair(tables, composed[starter], point) is { } pair)
            {
                composed[starter] = pair;
                continue;
            }

            composed.Add(point);
            if (rank == 0)
                starter = composed.Count - 1;
        }

        return composed;
    }

    private static int? Pair(Tables tables, int first, int second)
    {
        if (first - LeadBase is >= 0 and < 19 and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
            return HangulBase + (((lead * Vowels) + vowel) * Tails);
        if (first - HangulBase is >= 0 and < Syllables and var syllable && syllable % Tails == 0 && second - TailBase is > 0 and < Tails and var tail)
            return first + tail;
        return tables.Pairs.TryGetValue((first, second), out var pair) ? pair : null;
    }

    private static string Text(List<int> points)
    {
        var text = new StringBuilder(points.Count);
        foreach (var point in points)
            text.Append(new Rune(point).ToString());
        return text.ToString();
    }

    private sealed class Tables
    {
        private readonly Dictionary<int, int> _classes = [];

        public Dictionary<int, int[]> Canonical { get; } = [];

        public Dictionary<int, int[]> Compatible { get; } = [];

        public Dictionary<(int First, int Second), int> Pairs { get; } = [];

        public int ClassOf(int point) => point < 0x300 ? 0 : _classes.GetValueOrDefault(point);

        public static Tables Read()
        {
            var tables = new Tables();
            using var reader = new StreamReader(typeof(UnicodeNormalization).Assembly.GetManifestResourceStream("KkiaEvents.Ledger.Text.normalization.txt")!);
            var composing = new List<(int Whole, int[] Parts)>();
            while (reader.ReadLine() is { } line)
            {
                if (line.StartsWith('#'))
                    continue;
                var at = line.AsSpan().IndexOfAny("=!~:");
                var left = line[..at];
                if (line[at] == ':')
                {
                    var rank = int.Parse(line.AsSpan(at + 1), CultureInfo.InvariantCulture);
                    var dash = left.IndexOf('-', StringComparison.Ordinal);
                    for (var point = Point(left[..dash]); point <= Point(left[(dash + 1)..]); point++)
                        tables._classes[point] = rank;
                    continue;
                }

                var (whole, parts) = (Point(left), line[(at + 1)..].Split(' ').Select(Point).ToArray());
                (line[at] == '~' ? tables.Compatible : tables.Canonical)[whole] = parts;
                if (line[at] == '=')
                    composing.Add((whole, parts));
            }

            // A whole of three parts is the whole of the first two, and the third.
            foreach (var (whole, parts) in composing.OrderBy(c => c.Parts.Length))
            {
                var first = parts[..^1].Aggregate((a, b) => tables.Pairs[(a, b)]);
                tables.Pairs[(first, parts[^1])] = whole;
            }

            return tables;
        }

        private static int Point(string hex) => int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
