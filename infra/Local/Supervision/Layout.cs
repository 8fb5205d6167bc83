namespace KkiaEvents.Local.Supervision;

/// <summary>Where things lie in the checkout that this program was built in.</summary>
internal sealed record Layout(string Root, string Configuration)
{
    /// <summary>What a run keeps; the benchmark has a folder of its own, so that it may begin afresh each time.</summary>
    public string Run { get; init; } = Path.Combine(Root, ".run");

    public string Services => Path.Combine(Run, "services");

    public string Logs => Path.Combine(Run, "logs");

    public string EnvironmentFile => Path.Combine(Run, "env");

    /// <summary>From ROOT/infra/Local/bin/CONFIGURATION/net10.0.</summary>
    public static Layout OfThisCheckout()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = output.Parent!;
        var layout = new Layout(configuration.Parent!.Parent!.Parent!.Parent!.FullName, configuration.Name);
        Directory.CreateDirectory(layout.Logs);
        return layout;
    }

    public string Program(string folder, string assembly) =>
        Path.Combine(Root, folder, "bin", Configuration, "net10.0", $"{assembly}.dll");
}
