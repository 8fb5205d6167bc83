using System.Text;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>JSON by the letter of RFC 8259, one character after the other, with no code in common with what it is a reference for.</summary>
internal sealed class ReferenceJson
{
    private readonly string _text;
    private readonly int _maxDepth;
    private int _at;

    private ReferenceJson(string text, int maxDepth) => (_text, _maxDepth) = (text, maxDepth);

    /// <summary>A JSON number keeps its text.</summary>
    public sealed record Number(string Raw);

    /// <summary>Members in order, as often as they occur.</summary>
    public sealed record Members(List<(string Key, object? Value)> All)
    {
        public object? Get(string key) => All.LastOrDefault(m => m.Key == key).Value;

        public bool Repeats => All.Select(m => m.Key).Distinct(StringComparer.Ordinal).Count() != All.Count;
    }

    /// <summary>
    /// A <see cref="string"/>, <see cref="Number"/>, <see cref="bool"/>, <see cref="Members"/>, list or null; and whether the
    /// text is JSON at all.
    /// </summary>
    public static (bool IsJson, object? Value) Read(string text, int maxDepth)
    {
        var reader = new ReferenceJson(text, maxDepth);
        try
        {
            reader.Space();
            var value = reader.Value(0);
            reader.Space();
            return reader._at == text.Length ? (true, value) : (false, null);
        }
        catch (FormatException)
        {
            return (false, null);
        }
    }

    /// <summary>Whether any object within has a member twice.</summary>
    public static bool RepeatsAnywhere(object? value) => value switch
    {
        Members members => members.Repeats || members.All.Any(m => RepeatsAnywhere(m.Value)),
        List<object?> items => items.Any(RepeatsAnywhere),
        _ => false,
    };

    /// <summary>Every string within as a database can hold it: U+FFFD for U+0000 and for half a pair.</summary>
    public static object? Storable(object? value) => value switch
    {
        string text => Storable(text),
        Members members => new Members([.. members.All.Select(m => (Storable(m.Key), Storable(m.Value)))]),
        List<object?> items => items.Select(Storable).ToList(),
        _ => value,
    };

    public static int Depth(object? value) => value switch
    {
        Members members => 1 + members.All.Select(m => Depth(m.Value)).DefaultIfEmpty().Max(),
        List<object?> items => 1 + items.Select(Depth).DefaultIfEmpty().Max(),
        _ => 0,
    };

    private static string Storable(string text)
    {
        var storable = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                storable.Append(text[i]).Append(text[++i]);
            else
                storable.Append(text[i] == '\0' || char.IsSurrogate(text[i]) ? '\uFFFD' : text[i]);
        }

        return storable.ToString();
    }

    private char Next => _at < _text.Length ? _text[_at] : throw new FormatException();

    private void Space()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\n' or '\r')
            _at++;
    }

    private void Expect(string word)
    {
        if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0)
            throw new FormatException();
        _at += word.Length;
    }

    private object? Value(int depth)
    {
        switch (Next)
        {
            case '{':
                return Object(depth + 1);
            case '[':
                return Array(depth + 1);
            case '"':
                return String();
            case 't':
                Expect("true");
                return true;
            case 'f':
                Expect("false");
                return false;
            case 'n':
                Expect("null");
                return null;
            default:
                return NumberOf();
        }
    }

    private Members Object(int depth)
    {
        var members = new List<(string, object?)>();
        foreach (var _ in Items('{', '}', depth))
        {
            var key = String();
            Space();
            Expect(":");
            Space();
            members.Add((key, Value(depth)));
        }

        return new(members);
    }

    private List<object?> Array(int depth)
    {
        var items = new List<object?>();
        foreach (var _ in Items('[', ']', depth))
            items.Add(Value(depth));
        return items;
    }

    private IEnumerable<int> Items(char open, char close, int depth)
    {
        if (depth > _maxDepth)
            throw new FormatException();
        Expect(open.ToString());
        Space();
        for (var i = 0; i > 0 || Next != close; i++)
        {
            yield return i;
            Space();
            if (Next == close)
                break;
            Expect(",");
            Space();
        }

        Expect(close.ToString());
    }

    private string String()
    {
        Expect("\"");
        var value = new StringBuilder();
        while (Next != '"')
        {
            var c = _text[_at++];
            if (c < ' ')
                throw new FormatException();
            value.Append(c == '\\' ? Escape() : c);
        }

        _at++;
        return value.ToString();
    }

    private char Escape()
    {
        var kind = Next;
        _at++;
        if (kind != 'u')
            return "\"\\/bfnrt".IndexOf(kind, StringComparison.Ordinal) is >= 0 and var known ? "\"\\/\b\f\n\r\t"[known] : throw new FormatException();
        var unit = 0;
        for (var i = 0; i < 4; i++)
        {
            unit = (unit * 16) + ("0123456789abcdef".IndexOf(char.ToLowerInvariant(Next), StringComparison.Ordinal) is >= 0 and var digit ? digit : throw new FormatException());
            _at++;
        }

        return (char)unit;
    }

    private Number NumberOf()
    {
        var start = _at;
        if (Next == '-')
            _at++;
        if (Next == '0')
            _at++;
        else
            Digits();
        if (_at < _text.Length && _text[_at] == '.')
        {
            _at++;
            Digits();
        }

        if (_at < _text.Length && _text[_at] is 'e' or 'E')
        {
            _at++;
            if (Next is '+' or '-')
                _at++;
            Digits();
        }

        return new(_text[start.._at]);
    }

    private void Digits()
    {
        if (Next is < '0' or > '9')
            throw new FormatException();
        while (_at < _text.Length && _text[_at] is >= '0' and <= '9')
            _at++;
    }
}
