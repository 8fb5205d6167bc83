using CliWrap;
using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Supervision;

namespace KkiaEvents.Bench.Running;

/// <summary>
/// One of our services as a process, as an installation runs it: logs at their shipped level, as JSON, straight into a
/// file, so that the benchmark spends nothing on reading them.
/// </summary>
internal sealed class BenchProcess(string name, string program, string log, IReadOnlyDictionary<string, string?> settings)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromMinutes(2);
    private SupervisedProcess? process;

    public string Name => name;

    public Uri Address { get; } = new($"http://127.0.0.1:{LoopbackPort.Free()}");

    public int? ProcessId => process is { HasExited: false } ? process.Id : null;

    /// <summary>Starts it, and returns once it says that it is ready.</summary>
    /// <exception cref="BenchFailedException">It ended, or was not ready in time.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Launch();
        await WaitUntilReadyAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Starts it, and does not wait.</summary>
    public void Launch()
    {
        if (!File.Exists(program))
            throw new BenchFailedException($"{program} is not built: start the benchmark by bench/run.");
        var environment = new Dictionary<string, string?>(settings)
        {
            ["ASPNETCORE_URLS"] = Address.GetLeftPart(UriPartial.Authority),
            ["Log__Format"] = "Json",
        };
        process = SupervisedProcess.Start(
            Cli.Wrap("sh").WithArguments(["-c", "exec dotnet \"$0\" >>\"$1\" 2>&1", program, log])
                .WithWorkingDirectory(Path.GetDirectoryName(program)!)
                .WithEnvironmentVariables(environment));
    }

    public async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        var ready = new Uri(Address, "/health/ready");
        for (var deadline = DateTime.UtcNow + ReadyDeadline; DateTime.UtcNow < deadline && !process!.HasExited;)
        {
            try
            {
                using var answer = await Http.GetAsync(ready, cancellation).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            await Task.WhenAny(process.Exited, Task.Delay(50, cancellation)).ConfigureAwait(false);
        }

        throw new BenchFailedException($"{name} did not become ready. Its last words:\n{LogFile.Tail(log)}");
    }

    /// <summary>Stops it in its tracks; returns when it is frozen. Does nothing when it does not run.</summary>
    public Task FreezeAsync() => ProcessId is { } id ? ProcessFreeze.FreezeTreeAsync(id) : Task.CompletedTask;

    /// <summary>Lets it go on. Does nothing when it does not run.</summary>
    public void Thaw()
    {
        if (ProcessId is { } id)
            UnixSignal.Continue.SendToTree(id);
    }

    /// <summary>kill -9; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        if (process is null)
            return;
        if (ProcessId is { } id)
            UnixSignal.Kill.SendToTree(id);
        await process.Exited.ConfigureAwait(false);
        process.Dispose();
        process = null;
    }

    /// <summary>Asks it to end, and waits until it has. Does nothing when it does not run.</summary>
    public async Task StopAsync()
    {
        if (process is null)
            return;
        await process.StopAsync(UnixSignal.Terminate, TimeSpan.FromSeconds(40)).ConfigureAwait(false);
        process.Dispose();
        process = null;
    }
}

/// <summary>The benchmark can't go on, or what it measured is not right; the message says what happened.</summary>
internal sealed class BenchFailedException(string message) : Exception(message);
