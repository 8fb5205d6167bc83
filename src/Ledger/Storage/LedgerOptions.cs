namespace KkiaEvents.Ledger.Storage;

/// <summary>Where the ledger lives.</summary>
public sealed record LedgerOptions
{
    /// <summary>Npgsql connection string (<c>ConnectionStrings__Ledger</c>).</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The PostgreSQL schema that holds everything; lower-case letters, digits and underscores.</summary>
    public string Schema { get; init; } = "kkiaevents";
}
