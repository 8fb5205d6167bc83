using CliWrap;
using KkiaEvents.Local.Backing;
using Npgsql;

namespace KkiaEvents.Chaos.Faults;

/// <summary>What a database administrator does on an ordinary day.</summary>
internal sealed class DatabaseFaults(DatabaseEndpoint endpoint)
{
    // Unpooled: what was taken away must not come back out of a pool.
    private readonly string connectionString = new NpgsqlConnectionStringBuilder(endpoint.ConnectionString()) { Pooling = false }.ConnectionString;

    /// <summary>Ends every session but this one, again and again.</summary>
    public Task<Func<Task>> TerminateAsync() => WhileAsync(async end =>
    {
        await using var connection = await OpenAsync().ConfigureAwait(false);
        await using var terminate = connection.CreateCommand();
        terminate.CommandText = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'";
        while (!end.IsCancellationRequested)
        {
            await terminate.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(1), end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });

    /// <summary>A transaction that has written and stays open, as a forgotten console leaves it.</summary>
    public async Task<Func<Task>> HoldTransactionAsync()
    {
        var connection = await OpenAsync().ConfigureAwait(false);
        await using var write = connection.CreateCommand();
        write.CommandText = "begin; select pg_current_xact_id(); select count(*) from kkiaevents.mt_events; select count(*) from kkiaevents.deliveries;";
        await write.ExecuteNonQueryAsync().ConfigureAwait(false);
        return async () => await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>One dump after the other, each with its locks and its snapshot.</summary>
    public Task<Func<Task>> DumpAsync() => WhileAsync(async end =>
    {
        while (!end.IsCancellationRequested)
        {
            await Cli.Wrap(PrivatePostgreSql.Program("pg_dump"))
                .WithArguments(["-h", "127.0.0.1", "-p", $"{endpoint.Port}", "-U", endpoint.User, "-f", "/dev/null", DatabaseEndpoint.DefaultDatabase])
                .WithEnvironmentVariables(environment => environment.Set("PGPASSWORD", endpoint.Password))
                .ExecuteAsync(CancellationToken.None).ConfigureAwait(false);
        }
    });

    private static Task<Func<Task>> WhileAsync(Func<CancellationToken, Task> work)
    {
        var end = new CancellationTokenSource();
        var working = Task.Run(() => work(end.Token));
        return Task.FromResult<Func<Task>>(async () =>
        {
            await end.CancelAsync().ConfigureAwait(false);
            await working.ConfigureAwait(false);
            end.Dispose();
        });
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        return connection;
    }
}
