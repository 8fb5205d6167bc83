using System.Collections.Concurrent;
using System.Text;

namespace KkiaEvents.Tests.Integration.Secrets;

/// <summary>Everything that a run wrote anywhere, to be searched for what must not be in it.</summary>
public sealed class Evidence
{
    private readonly ConcurrentQueue<(string Where, byte[] What)> _all = [];

    /// <summary>Notes what was written.</summary>
    /// <param name="where">Where; logs, traces and metrics begin with <c>log</c>, <c>trace</c> and <c>metrics</c>.</param>
    /// <param name="what">The text.</param>
    public void Add(string where, string what) => _all.Enqueue((where, Encoding.UTF8.GetBytes(what)));

    /// <summary>Notes what was written.</summary>
    public void Add(string where, byte[] what) => _all.Enqueue((where, what));

    /// <summary>How much there is of a kind, so that a search of nothing finds nobody innocent.</summary>
    public int CountOf(string where) => _all.Count(e => e.Where.StartsWith(where, StringComparison.Ordinal));

    /// <summary>True when a text is in some evidence of a kind.</summary>
    public bool Has(string where, string text) => Find(text, e => e.StartsWith(where, StringComparison.Ordinal)).Any();

    /// <summary>Where a text occurs, as it is, in hex or in Base64, with what stands around it.</summary>
    public IEnumerable<string> Find(string text, Func<string, bool> where)
    {
        var forms = FormsOf(text);
        foreach (var (place, what) in _all.Where(e => where(e.Where)))
        {
            foreach (var form in forms)
            {
                var at = what.AsSpan().IndexOf(form);
                if (at >= 0)
                    yield return $"{place}: …{Encoding.UTF8.GetString(what[Math.Max(0, at - 160)..Math.Min(what.Length, at + form.Length + 80)])}…";
            }
        }
    }

    // Base64 has three forms of a text, by where in a group of three bytes it begins.
    private static byte[][] FormsOf(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var base64 = Enumerable.Range(0, 3).Select(shift =>
        {
            var encoded = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            var first = (shift * 8 + 5) / 6;
            var last = (shift + bytes.Length) * 8 / 6;
            return encoded[first..last];
        });
        return [bytes, Encoding.Unicode.GetBytes(text), .. base64.Append(Convert.ToHexStringLower(bytes)).Append(Convert.ToHexString(bytes)).Select(Encoding.ASCII.GetBytes)];
    }
}
