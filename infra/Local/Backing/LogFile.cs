namespace KkiaEvents.Local.Backing;

/// <summary>Reads the end of a server's log, for the message of an error.</summary>
internal static class LogFile
{
    public static string Tail(string path, int lines = 15)
    {
        try
        {
            return string.Join('\n', File.ReadLines(path).TakeLast(lines));
        }
        catch (IOException)
        {
            return $"(no log at {path})";
        }
    }
}
