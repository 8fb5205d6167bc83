namespace KkiaEvents.Local.Backing;

/// <summary>Finds installed programs.</summary>
internal static class ProgramPath
{
    /// <summary>Where package managers put what a login shell's path may lack.</summary>
    private static readonly string[] AlsoIn = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", "/opt/homebrew/bin", "/usr/local/bin"];

    public static string DirectoryOf(string program, string otherwise) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(AlsoIn)
            .FirstOrDefault(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)))
        ?? throw new BackingServiceException($"The program {program} is not installed. {otherwise}");
}
