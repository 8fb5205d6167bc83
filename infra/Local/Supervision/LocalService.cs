using CliWrap;
using KkiaEvents.Local.Backing;

namespace KkiaEvents.Local.Supervision;

/// <summary>One of our services as a process, from its built program.</summary>
/// <param name="name">The label of its lines.</param>
/// <param name="program">Its assembly's path.</param>
/// <param name="address">Where it listens; null for one that serves no HTTP.</param>
/// <param name="settings">Its environment.</param>
internal sealed class LocalService(string name, string program, Uri? address, IReadOnlyDictionary<string, string?> settings)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private SupervisedProcess? process;

    public string Name => name;

    public Task Exited => process!.Exited;

    public void Start(LabelledOutput output)
    {
        if (!File.Exists(program))
            throw new RunRefusedException($"{program} is not built. ./run builds what infra/run.slnf lists: is {name} in it?");
        // Their output is read by a person here, although it is not a terminal.
        var environment = new Dictionary<string, string?>(settings) { ["Log__Format"] = "Text" };
        if (address is not null)
            environment["ASPNETCORE_URLS"] = address.GetLeftPart(UriPartial.Authority);
        process = SupervisedProcess.Start(
            Cli.Wrap("dotnet").WithArguments(program)
                .WithWorkingDirectory(Path.GetDirectoryName(program)!)
                .WithEnvironmentVariables(environment),
            output.For(name));
    }

    /// <summary>Waits until it says that it is ready.</summary>
    /// <exception cref="ServiceFailedException">It ended, or was not ready in time.</exception>
    public async Task WaitUntilReadyAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        if (address is null)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        while (!limit.IsCancellationRequested && !process!.HasExited)
        {
            if (await AnswersAsync(limit.Token).ConfigureAwait(false))
                return;
            await Task.WhenAny(process.Exited, Task.Delay(100, CancellationToken.None)).ConfigureAwait(false);
        }

        cancellation.ThrowIfCancellationRequested();
        throw Failure(process!.HasExited ? $"ended with exit code {process.ExitCode}" : "was not ready in time");
    }

    public ServiceFailedException Failure(string what) => new($"{name} {what}. Its last lines:\n{process!.LastLines}");

    public int ExitCode => process!.ExitCode;

    public Task StopAsync() => process is null ? Task.CompletedTask : process.StopAsync(UnixSignal.Terminate, TimeSpan.FromSeconds(30));

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(address!, "/health/ready"), cancellation).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>A service ended by itself, or never became ready; the message has its last lines.</summary>
internal sealed class ServiceFailedException(string message) : Exception(message);
