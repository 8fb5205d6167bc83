using CliWrap;
using KkiaEvents.Local.Backing;
using Npgsql;

namespace KkiaEvents.Chaos.Faults;

/// <summary>What a database administrator does on an ordinary day.</summary>
internal sealed class DatabaseFaults(DatabaseEndpoint endpoint)
{
    private const string EndSessions = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'";

    // Unpooled: what was taken away must not come back out of a pool.
    private readonly string connectionString = new NpgsqlConnectionStringBuilder(endpoint.ConnectionString()) { Pooling = false }.ConnectionString;

    /// <summary>Ends every session but this one, again and again.</summary>
    public Task<Func<Task>> TerminateAsync() => WhileAsync(async end =>
    {
        await using var connection = await OpenAsync().ConfigureAwait(false);
        await using var terminate = connection.CreateCommand();
        terminate.CommandText = EndSessions;
        while (!end.IsCancellationRequested)
        {
            await terminate.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(1), end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });

    /// <summary>Read-only for new sessions, and no others left; then writable for new sessions, and those of the meantime left alone.</summary>
    public async Task<Func<Task>> ReadOnlyAsync()
    {
        // Opened before, so that it can take back what it does.
        var connection = await OpenAsync().ConfigureAwait(false);
        await RunAsync(connection, $"alter database {DatabaseEndpoint.DefaultDatabase} set default_transaction_read_only = on", EndSessions).ConfigureAwait(false);
        return async () =>
        {
            await RunAsync(connection, $"alter database {DatabaseEndpoint.DefaultDatabase} reset default_transaction_read_only").ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
        };
    }

    /// <summary>The Processors' login is refused, for a while more than the fault lasts itself.</summary>
    public async Task<Func<Task>> RefuseLoginsAsync(TimeSpan more, CancellationToken end)
    {
        var login = endpoint.As("processor").User;
        await using (var connection = await OpenAsync().ConfigureAwait(false))
            await RunAsync(connection, $"alter role {login} nologin", EndSessions).ConfigureAwait(false);
        await Task.Delay(more, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return async () =>
        {
            await using var connection = await OpenAsync().ConfigureAwait(false);
            await RunAsync(connection, $"alter role {login} login").ConfigureAwait(false);
        };
    }

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

    private static async Task RunAsync(NpgsqlConnection connection, params string[] statements)
    {
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        return connection;
    }
}
