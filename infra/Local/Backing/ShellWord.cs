namespace KkiaEvents.Local.Backing;

/// <summary>A text as one word of shell.</summary>
internal static class ShellWord
{
    public static string Of(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
