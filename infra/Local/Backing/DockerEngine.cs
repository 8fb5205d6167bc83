using System.ComponentModel;
using CliWrap;
using CliWrap.Buffered;

namespace KkiaEvents.Local.Backing;

/// <summary>The Docker command line, for what Testcontainers has no call for.</summary>
internal static class DockerEngine
{
    public static readonly IReadOnlyList<string> Images = [ContainerServices.BrokerImage, ContainerServices.DatabaseImage];

    /// <summary>Whether an engine answers and has the images, or gets them when asked.</summary>
    public static async Task<bool> IsUsableAsync(CancellationToken cancellation)
    {
        if (!await SucceedsAsync(["info"], TimeSpan.FromSeconds(10), cancellation).ConfigureAwait(false))
            return false;
        foreach (var image in Images)
        {
            if (!await SucceedsAsync(["image", "inspect", image], TimeSpan.FromSeconds(10), cancellation).ConfigureAwait(false)
                && !await SucceedsAsync(["pull", "-q", image], TimeSpan.FromMinutes(5), cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    public static Task RemoveAsync(string container, CancellationToken cancellation) =>
        SucceedsAsync(["rm", "-f", container], TimeSpan.FromMinutes(1), cancellation);

    public static Task<bool> KillAsync(string container, CancellationToken cancellation) =>
        SucceedsAsync(["kill", container], TimeSpan.FromMinutes(1), cancellation);

    /// <summary>Has the broker in a container take definitions.</summary>
    public static async Task ImportDefinitionsAsync(string container, string definitions, CancellationToken cancellation)
    {
        const string import = "umask 077 && cat > /tmp/definitions.json && chmod 644 /tmp/definitions.json && rabbitmqctl -q import_definitions /tmp/definitions.json && rm /tmp/definitions.json";
        var result = await Cli.Wrap("docker").WithArguments(["exec", "-i", container, "sh", "-c", import])
            .WithStandardInputPipe(PipeSource.FromString(definitions))
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancellation)
            .ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new BackingServiceException($"RabbitMQ in {container} did not take its definitions: {result.StandardError.Trim()}");
    }

    private static async Task<bool> SucceedsAsync(string[] arguments, TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            var result = await Cli.Wrap("docker").WithArguments(arguments)
                .WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync(limit.Token)
                .ConfigureAwait(false);
            // "docker info" ends 0 without an engine; it then reports the errors of the server on its error stream.
            return result.ExitCode == 0 && !result.StandardError.Contains("Cannot connect", StringComparison.OrdinalIgnoreCase);
        }
        catch (Win32Exception)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
