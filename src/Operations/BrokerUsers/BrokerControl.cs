using System.Diagnostics;

namespace KkiaEvents.Operations.BrokerUsers;

/// <summary>
/// rabbitmqctl, wherever it is: users are made with an administrator's rights, which no service has. A command line, since the
/// broker may be in a container (<c>docker compose exec -T rabbitmq rabbitmqctl</c>) or on another host (<c>ssh broker sudo rabbitmqctl</c>).
/// </summary>
/// <param name="command">How a shell calls it.</param>
public sealed class BrokerControl(string command)
{
    /// <summary>The name of the environment variable that says how to call it.</summary>
    public const string Variable = "KKIAEVENTS_RABBITMQCTL";

    /// <summary>What the broker has: RabbitMQ's definitions as JSON.</summary>
    /// <exception cref="OperationRefusedException">rabbitmqctl is not there, or failed.</exception>
    public async Task<string> ExportAsync(CancellationToken cancellationToken)
    {
        var said = await RunAsync("-q export_definitions -", "", cancellationToken);
        return said.IndexOf('{', StringComparison.Ordinal) is var start and >= 0 ? said[start..] : throw Failed("export_definitions", said);
    }

    /// <summary>Gives the broker definitions.</summary>
    /// <exception cref="OperationRefusedException">rabbitmqctl is not there, or failed.</exception>
    public Task ImportAsync(string definitions, CancellationToken cancellationToken) => RunAsync("-q import_definitions", definitions, cancellationToken);

    private async Task<string> RunAsync(string arguments, string input, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{command} {arguments}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read: its exit code and its complaint tell.
        }

        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? await said : throw Failed(arguments, $"{await complained}{await said}");
    }

    private OperationRefusedException Failed(string arguments, string said) => new(Refusal.Conflict,
        $"`{command.Split(' ')[0]} … {arguments}` failed: {said.Trim()}\nSay how to call rabbitmqctl of the broker with --rabbitmqctl or {Variable}, or give --print and run what it prints where the broker is.");
}
