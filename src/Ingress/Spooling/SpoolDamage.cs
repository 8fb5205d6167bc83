using Microsoft.Data.Sqlite;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>Tells a file that is damaged from a disk that refuses.</summary>
internal static class SpoolDamage
{
    public static SqliteException Exception(string problem) => new($"The file is damaged: {problem}", SQLitePCL.raw.SQLITE_CORRUPT);

    /// <summary>Whether what was read is wrong. A table that is gone is an ERROR to SQLite.</summary>
    public static bool Is(SqliteException e) => e.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_ERROR;
}
