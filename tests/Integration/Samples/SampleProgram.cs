using CliWrap;

namespace KkiaEvents.Tests.Integration.Samples;

/// <summary>A sample, ready to be started as a merchant's engineer starts it.</summary>
internal sealed class SampleProgram : IDisposable
{
    public const string Dotnet = "DotnetSubscriber";
    public const string Node = "node-subscriber";
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

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
