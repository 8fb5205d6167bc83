namespace KkiaEvents.ServiceDefaults;

/// <summary>
/// Settings, arguments and fields that are one of a few words. Case does not count. A word is a name and nothing else: .NET
/// would also take a number for one, and a list (<c>Accepted,Rejected</c>).
/// </summary>
public static class Words
{
    /// <summary>Reads a word.</summary>
    public static bool TryParse<T>(string? text, out T word) where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        var at = Array.FindIndex(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        word = at < 0 ? default : Enum.Parse<T>(names[at]);
        return at >= 0;
    }

    /// <summary>What is wrong with a setting that is none, as the rest of a sentence that begins with its key; without the value, which may be a secret in the wrong place.</summary>
    public static string ProblemOf<T>() where T : struct, Enum => $"is none of {string.Join(", ", Enum.GetNames<T>())}.";

    /// <summary>What is wrong with a text that is none, as the rest of a sentence that begins with its name.</summary>
    public static string ProblemOf<T>(string text) where T : struct, Enum => $"is '{text}', but must be one of {string.Join(", ", Enum.GetNames<T>())}.";
}
