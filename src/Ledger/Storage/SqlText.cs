namespace KkiaEvents.Ledger.Storage;

/// <summary>Quoting, for statements that take no parameters (PostgreSQL's DDL takes none).</summary>
internal static class SqlText
{
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
