using Npgsql;

namespace KkiaEvents.Local.Backing;

/// <summary>Waits until a PostgreSQL takes clients.</summary>
internal static class DatabaseProbe
{
    /// <returns>Its version.</returns>
    public static async Task<string> WaitAsync(DatabaseEndpoint endpoint, CancellationToken giveUp)
    {
        var target = new NpgsqlConnectionStringBuilder(endpoint.ConnectionString("postgres")) { Pooling = false, Timeout = 5 };
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(target.ConnectionString);
                await connection.OpenAsync(giveUp).ConfigureAwait(false);
                return connection.PostgreSqlVersion.ToString();
            }
            catch (NpgsqlException)
            {
                await Task.Delay(100, giveUp).ConfigureAwait(false);
            }
        }
    }
}
