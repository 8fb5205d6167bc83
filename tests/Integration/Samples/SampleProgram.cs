using CliWrap;

namespace KkiaEvents.Tests.Integration.Samples;

/// <summary>A sample, ready to be started as a merchant's engineer starts it.</summary>
internal sealed class SampleProgram : IDisposable
{
    public const string Dotnet = "DotnetSubscriber";
    public const string Node = "node-subscriber";
    public const string Python = "python-subscriber";
    // The system's own may have pika where the first on PATH does not.
    private static readonly string[] Pythons = ["python3", "/usr/bin/python3"];
    private readonly string? copy;

    private SampleProgram(Command command, string? copy = null)
    {
        Command = command;
        this.copy = copy;
    }

    public Command Command { get; }

    /// <summary>The .NET one was built with the tests. The Node one is installed from its lock file, in a copy: the checkout stays as it is.</summary>
    public static async Task<SampleProgram> PrepareAsync(string sample, CancellationToken cancellation)
    {
        var build = new DirectoryInfo(AppContext.BaseDirectory);
        var samples = Path.GetFullPath(Path.Combine(build.FullName, "../../../../../samples"));
        if (sample == Dotnet)
            return new(CliWrap.Cli.Wrap("dotnet").WithArguments(Path.Combine(samples, sample, "bin", build.Parent!.Name, build.Name, $"{sample}.dll")));

        if (sample == Python)
        {
            var python = await PythonAsync(cancellation);
            Assert.SkipUnless(python is not null, "No Python here has pika: apt-get install python3-pika, or pip install pika.");
            return new(CliWrap.Cli.Wrap(python!).WithArguments(["-B", "subscriber.py"]).WithWorkingDirectory(Path.Combine(samples, sample)));
        }

        Assert.SkipUnless(IsOnPath("node"), "Node is not on PATH.");
        var copy = Directory.CreateTempSubdirectory("kkiaevents-node-").FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(samples, sample)))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        await CliWrap.Cli.Wrap("npm").WithArguments(["ci", "--no-audit", "--no-fund"]).WithWorkingDirectory(copy).ExecuteAsync(cancellation);
        return new(CliWrap.Cli.Wrap("node").WithArguments("subscriber.mjs").WithWorkingDirectory(copy), copy);
    }

    public void Dispose()
    {
        if (copy is not null)
            Directory.Delete(copy, recursive: true);
    }

    private static async Task<string?> PythonAsync(CancellationToken cancellation)
    {
        foreach (var python in Pythons.Where(p => IsOnPath(p) || File.Exists(p)))
        {
            var answer = await CliWrap.Cli.Wrap(python).WithArguments("-c \"import pika\"").WithValidation(CommandResultValidation.None).ExecuteAsync(cancellation);
            if (answer.ExitCode == 0)
                return python;
        }

        return null;
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
