using DotNet.Testcontainers.Containers;

namespace KkiaEvents.Local.Backing;

/// <summary>One server in a container.</summary>
internal class ContainerService(
    string name,
    Func<IContainer> create,
    Func<CancellationToken, Task<string>> waitUntilReady,
    LocalServicesOptions options) : IBackingService
{
    private IContainer? container;

    protected string Name => name;

    public string Description { get; private set; } = $"{name} (not started)";

    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (container is null)
        {
            // A run that was killed leaves its container; the name is ours.
            await DockerEngine.RemoveAsync(name, cancellation).ConfigureAwait(false);
            container = create();
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(options.StartDeadline);
        try
        {
            await container.StartAsync(deadline.Token).ConfigureAwait(false);
            Description = await waitUntilReady(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BackingServiceException($"The container {name} was not ready in time. See: docker logs {name}");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new BackingServiceException($"The container {name} did not start: {failure.Message}", failure);
        }
    }

    public Task StopAsync(CancellationToken cancellation = default) => container?.StopAsync(cancellation) ?? Task.CompletedTask;

    public Task KillAsync(CancellationToken cancellation = default) => DockerEngine.KillAsync(name, cancellation);

    public Task PauseAsync(CancellationToken cancellation = default) => Running.PauseAsync(cancellation);

    public Task ResumeAsync(CancellationToken cancellation = default) => Running.UnpauseAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (container is null)
            return;
        if (options.Durable)
            await container.StopAsync().ConfigureAwait(false);
        await container.DisposeAsync().ConfigureAwait(false);
        await DockerEngine.RemoveAsync(name, CancellationToken.None).ConfigureAwait(false);
        container = null;
    }

    protected IContainer Running => container ?? throw new BackingServiceException($"The container {name} does not run.");
}

/// <summary>A broker in a container.</summary>
internal sealed class ContainerBroker(string name, Func<IContainer> create, Func<CancellationToken, Task<string>> waitUntilReady, LocalServicesOptions options)
    : ContainerService(name, create, waitUntilReady, options), IBrokerService
{
    public string ControlCommand => $"docker exec -i {Name} rabbitmqctl";

    public async Task ControlAsync(params string[] arguments)
    {
        var result = await Running.ExecAsync(["rabbitmqctl", .. arguments]).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new BackingServiceException($"rabbitmqctl {string.Join(' ', arguments)}: {result.Stderr}");
    }
}
