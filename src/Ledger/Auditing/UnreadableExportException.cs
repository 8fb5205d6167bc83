using System.Text.Json;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>An export's file is missing, can't be opened, or is not what such a file is. The message names it and says what to do.</summary>
public sealed class UnreadableExportException : Exception
{
    internal UnreadableExportException(string path, string problem, Exception? cause = null)
        : base($"{path} {problem}", cause)
    {
    }

    /// <summary>What opening a file met.</summary>
    internal static UnreadableExportException Of(string path, Exception cause) => new(path, cause switch
    {
        FileNotFoundException or DirectoryNotFoundException => "is not there: an export has it, so this one is unfinished or was not copied whole. Copy it again, or make it again with kkia export.",
        UnauthorizedAccessException => "can't be read by this user: an export is its maker's alone. Let its maker check it, or change who may read it.",
        _ => $"can't be read: {cause.Message} Copy the export again from where it was made.",
    }, cause);

    internal static UnreadableExportException Damaged(string path, JsonException cause)
    {
        var where = cause is { LineNumber: { } line, Path: { Length: > 1 } field } ? $" (line {line + 1}, at {field})" : cause.LineNumber is { } at ? $" (line {at + 1})" : "";
        return new(path, $"is damaged, or is no manifest of an export{where}. Copy it again from where it was made, or make the export again with kkia export.", cause);
    }
}
