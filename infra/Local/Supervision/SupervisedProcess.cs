using System.Diagnostics;
using CliWrap;
using KkiaEvents.Local.Backing;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Local.Supervision;

/// <summary>
/// A program that runs until we stop it. It gets a session of its own, because Ctrl+C at a terminal reaches every
/// process of the foreground group at once, and the order in which we stop things matters.
/// </summary>
internal sealed class SupervisedProcess : IDisposable
{
    private const int Remembered = 25;
    private readonly Process process;
    private readonly Queue<string> lines = new();

    private SupervisedProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    public Task Exited { get; private set; } = Task.CompletedTask;

    public string LastLines
    {
        get
        {
            lock (lines)
                return string.Join('\n', lines);
        }
    }

    /// <summary>Starts it; each line that it prints, on either stream, goes to <paramref name="onLine"/>.</summary>
    public static SupervisedProcess Start(Command command, Action<string>? onLine = null)
    {
        var (program, arguments) = HasSetsid.Value
            ? ("setsid", command.TargetFilePath + " " + command.Arguments)
            : (command.TargetFilePath, command.Arguments);
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = command.WorkingDirPath,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in command.EnvironmentVariables)
            start.Environment[key] = value;
        start.Environment[Leftovers.Mark] = Leftovers.Owner;

        var supervised = new SupervisedProcess(new Process { StartInfo = start });
        supervised.Run(onLine);
        return supervised;
    }

    /// <summary>Asks it to end, and ends it by force when it has not after the grace.</summary>
    public async Task StopAsync(UnixSignal signal, TimeSpan grace)
    {
        if (!process.HasExited)
        {
            signal.Send(process.Id);
            if (await Task.WhenAny(Exited, Task.Delay(grace)).ConfigureAwait(false) != Exited)
                process.Kill(entireProcessTree: true);
        }

        await Exited.ConfigureAwait(false);
    }

    public void Dispose() => process.Dispose();

    private static readonly Lazy<bool> HasSetsid = new(() => File.Exists("/usr/bin/setsid"));

    private void Run(Action<string>? onLine)
    {
        process.OutputDataReceived += (_, line) => Take(line.Data, onLine);
        process.ErrorDataReceived += (_, line) => Take(line.Data, onLine);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Exited = process.WaitForExitAsync();
    }

    private void Take(string? line, Action<string>? onLine)
    {
        if (line is null)
            return;
        // Brokers, databases and samples print what others wrote, and what is printed here ends on a terminal.
        line = Printable.Line(line);
        lock (lines)
        {
            lines.Enqueue(line);
            while (lines.Count > Remembered)
                lines.Dequeue();
        }

        onLine?.Invoke(line);
    }
}
