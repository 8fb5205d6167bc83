using System.Globalization;
using CliWrap;
using CliWrap.Buffered;

namespace KkiaEvents.Local.Backing;

/// <summary>A PostgreSQL of our own, from the system's package: its cluster in our directory, on 127.0.0.1 only.</summary>
internal sealed class PrivatePostgreSql(ServiceDirectory directory, DatabaseEndpoint endpoint, LocalServicesOptions options)
    : IBackingService
{
    private readonly string binaries = FindBinaries();
    private bool started;

    private string Data => directory.File("data");
    private string Log => directory.File("postgres.log");

    public string Description { get; private set; } = "PostgreSQL (not started)";

    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await directory.PrepareAsync(cancellation).ConfigureAwait(false);
        if (!File.Exists(Path.Combine(Data, "PG_VERSION")))
        {
            await InitialiseAsync(cancellation).ConfigureAwait(false);
        }
        else if (await IsRunningAsync(cancellation).ConfigureAwait(false))
        {
            if (started)
                return;
            // Left by a run that was killed: it may listen on another port than ours.
            await StopAsync("fast", cancellation).ConfigureAwait(false);
        }

        var settings = string.Create(CultureInfo.InvariantCulture, $"""
            -c listen_addresses=127.0.0.1 -c port={endpoint.Port} -c unix_socket_directories='' -c max_connections=200
            """);
        if (!options.Durable)
            settings += " -c fsync=off -c full_page_writes=off"; // What is committed still outlives a killed server, not a power cut.
        if (options.Tls is { } tls)
        {
            TlsDirectory.Write(directory, tls);
            await directory.Account.OwnAsync(directory.Path, cancellation).ConfigureAwait(false);
            settings += $" -c ssl=on -c ssl_cert_file='{TlsDirectory.Certificate(directory)}' -c ssl_key_file='{TlsDirectory.Key(directory)}'";
        }

        var start = await ControlAsync(
            cancellation, "start", "-w", "-t", Seconds(options.StartDeadline), "-l", Log, "-o", settings).ConfigureAwait(false);
        if (start.ExitCode != 0)
            throw new BackingServiceException($"PostgreSQL did not start: {start.StandardError.Trim()}\n{LogFile.Tail(Log)}");
        started = true;
        var version = (await File.ReadAllTextAsync(Path.Combine(Data, "PG_VERSION"), cancellation).ConfigureAwait(false)).Trim();
        Description = $"PostgreSQL {version}, private, 127.0.0.1:{endpoint.Port}";
    }

    public Task StopAsync(CancellationToken cancellation = default) => StopAsync("fast", cancellation);

    public Task KillAsync(CancellationToken cancellation = default) => StopAsync("immediate", cancellation);

    public Task PauseAsync(CancellationToken cancellation = default) => ProcessFreeze.FreezeTreeAsync(Postmaster());

    public Task ResumeAsync(CancellationToken cancellation = default)
    {
        UnixSignal.Continue.SendToTree(Postmaster());
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Data))
            await StopAsync(options.Durable ? "fast" : "immediate", CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The path of one of its client programs: pg_dump.</summary>
    public static string Program(string name) => Path.Combine(FindBinaries(), name);

    private async Task InitialiseAsync(CancellationToken cancellation)
    {
        var passwordFile = directory.File("password");
        PrivateFile.Write(passwordFile, endpoint.Password + "\n");
        await directory.Account.OwnAsync(passwordFile, cancellation).ConfigureAwait(false);
        try
        {
            var init = await directory.Account.Command(
                    Path.Combine(binaries, "initdb"),
                    ["-D", Data, "-U", endpoint.User, "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--no-locale", .. options.Durable ? Array.Empty<string>() : ["--no-sync"]])
                .WithWorkingDirectory(directory.Path)
                .WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync(cancellation)
                .ConfigureAwait(false);
            if (init.ExitCode != 0)
                throw new BackingServiceException($"initdb failed: {init.StandardError.Trim()}");
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    private async Task<bool> IsRunningAsync(CancellationToken cancellation) =>
        (await ControlAsync(cancellation, "status").ConfigureAwait(false)).ExitCode == 0;

    private async Task StopAsync(string mode, CancellationToken cancellation)
    {
        if (!await IsRunningAsync(cancellation).ConfigureAwait(false))
            return;
        var stop = await ControlAsync(cancellation, "stop", "-w", "-m", mode, "-t", "60").ConfigureAwait(false);
        if (stop.ExitCode != 0)
            throw new BackingServiceException($"PostgreSQL did not stop: {stop.StandardError.Trim()}\n{LogFile.Tail(Log)}");
    }

    private async Task<BufferedCommandResult> ControlAsync(CancellationToken cancellation, params string[] arguments) =>
        await directory.Account.Command(Path.Combine(binaries, "pg_ctl"), ["-D", Data, .. arguments])
            .WithWorkingDirectory(directory.Path)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancellation)
            .ConfigureAwait(false);

    private int Postmaster() =>
        int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan span) => ((int)span.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static string FindBinaries()
    {
        // Debian keeps each major version's programs apart; elsewhere they are on the path.
        const string debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(debian) ? Directory.GetDirectories(debian) : [];
        return versions
            .Select(version => Path.Combine(version, "bin"))
            .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
            .OrderByDescending(bin => int.TryParse(Path.GetFileName(Path.GetDirectoryName(bin)), out var major) ? major : 0)
            .FirstOrDefault() ?? ProgramPath.DirectoryOf("pg_ctl", "Install PostgreSQL: ./run says how.");
    }
}
