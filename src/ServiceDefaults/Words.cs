namespace KkiaEvents.ServiceDefaults;

/// <summary>Settings and arguments that are one of a few words. Case does not count; a number is no word, though .NET would take it for one.</summary>
public static class Words
{
    /// <summary>Reads a word.</summary>
    public static bool TryParse<T>(string? text, out T word) where T : struct, Enum
    {
        word = default;
        return text is { Length: > 0 } && char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out word) && Enum.IsDefined(word);
    }

    /// <summary>What is wrong with a setting that is none, as the rest of a sentence that begins with its key; without the value, which may be a secret in the wrong place.</summary>
    public static string ProblemOf<T>() where T : struct, Enum => $"is none of {string.Join(", ", Enum.GetNames<T>())}.";

    /// <summary>What is wrong with a text that is none, as the rest of a sentence that begins with its name.</summary>
    public static string ProblemOf<T>(string text) where T : struct, Enum => $"is '{text}', but must be one of {string.Join(", ", Enum.GetNames<T>())}.";
}
