using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>Where the ledger lives.</summary>
public sealed record LedgerOptions
{
    /// <summary>A connection string that would do, for messages about one that does not.</summary>
    public const string ConnectionExample = "Host=localhost;Database=kkiaevents;Username=kkiaevents;Password=…";

    /// <summary>The schema's name when no other is set.</summary>
    public const string UsualSchema = "kkiaevents";

    /// <summary>Npgsql connection string (<c>ConnectionStrings__Ledger</c>).</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The PostgreSQL schema that holds everything; lower-case letters, digits and underscores.</summary>
    public string Schema { get; init; } = UsualSchema;

    /// <summary>True for a service that can do nothing without writing: a session that can only read is then refused when it's opened.</summary>
    public bool WritesAlways { get; init; }

    /// <summary>
    /// When to ask again about a payment whose money came in, counted from then: the only way to learn of refunds made in
    /// KKiaPay's dashboard. Rising; empty for never.
    /// </summary>
    public IReadOnlyList<TimeSpan> Rechecks { get; init; } = [TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(30)];

    /// <summary>What is wrong with a text as a connection string, as the rest of a sentence that begins with its key; null when nothing is.</summary>
    public static string? ProblemOf(string connectionString)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(connectionString);
            if (connection.Password?.Any(char.IsControl) == true)
                return "has a Password with a line break or another control character in it: the file that it was made from ends in one. Take it away.";
            return connection is { Host.Length: > 0 } ? null : "names no Host.";
        }
        catch (ArgumentException)
        {
            return "is not an Npgsql connection string.";
        }
    }
}
