using Npgsql;

namespace KkiaEvents.Local.Backing;

/// <summary>Where a PostgreSQL listens on 127.0.0.1, and the account that may do anything there.</summary>
/// <param name="Port">Its port.</param>
/// <param name="User">User name.</param>
/// <param name="Password">Password: letters and digits.</param>
public sealed record DatabaseEndpoint(int Port, string User, string Password)
{
    /// <summary>The database that exists from the start.</summary>
    public const string DefaultDatabase = "kkiaevents";

    /// <summary>The connection string of a database, as <c>ConnectionStrings__Ledger</c> takes it.</summary>
    /// <param name="database">Its name.</param>
    public string ConnectionString(string database = DefaultDatabase) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = User,
        Password = Password,
        Database = database,
    }.ConnectionString;

    /// <summary>The same server for one service, with its own login.</summary>
    /// <param name="service">processor, console, audit.</param>
    public DatabaseEndpoint As(string service) => this with { User = $"kkiaevents_{service}", Password = ServicePassword.Of(service, Password) };

    /// <summary>Creates a database, unless it exists.</summary>
    /// <param name="name">Lower-case letters, digits and underscores.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellation = default)
    {
        // Unpooled: a pooled connection would outlive a database that a fault test takes away.
        var connectionString = new NpgsqlConnectionStringBuilder(ConnectionString("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(connectionString.ConnectionString);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        await using var create = connection.CreateCommand();
        // Said, because a cluster that was made without a locale gives its databases SQL_ASCII, which takes no accents.
        create.CommandText =
            $"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\" TEMPLATE template0 ENCODING 'UTF8'";
        try
        {
            await create.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
        catch (PostgresException exists) when (exists.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
        }

        return ConnectionString(name);
    }
}
