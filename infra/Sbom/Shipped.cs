using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;

namespace KkiaEvents.Sbom;

/// <summary>What is in the hands of who installs it: the packages, and files that no package accounts for.</summary>
internal sealed record Shipped(IReadOnlySet<Package> Packages, IReadOnlyList<string> UnaccountedFiles)
{
    private static readonly string[] _code = [".dll", ".exe", ".so", ".dylib"];
    private static readonly string[] _assets = ["runtime", "native", "runtimeTargets", "resources"];

    /// <summary>Reads a folder that <c>dotnet publish</c> or <c>dotnet pack</c> filled.</summary>
    public static Shipped In(string folder)
    {
        if (Directory.EnumerateFiles(folder, "*.deps.json").SingleOrDefault() is { } dependencies)
            return OfProgram(File.ReadAllText(dependencies), Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));
        using var package = ZipFile.OpenRead(Directory.EnumerateFiles(folder, "*.nupkg").Single());
        using var manifest = package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return OfPackage(XDocument.Load(manifest));
    }

    /// <summary>A published program, by its deps.json and the files beside it.</summary>
    public static Shipped OfProgram(string dependencies, IEnumerable<string> files)
    {
        using var document = JsonDocument.Parse(dependencies);
        var packages = document.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(l => l.Value.GetProperty("type").GetString() == "package").Select(l => l.Name.Split('/')).Select(n => new Package(n[0], n[1]));
        var accounted = document.RootElement.GetProperty("targets").EnumerateObject().SelectMany(t => t.Value.EnumerateObject())
            .SelectMany(l => _assets.Where(a => l.Value.TryGetProperty(a, out _)).SelectMany(a => l.Value.GetProperty(a).EnumerateObject()))
            .Select(a => Path.GetFileName(a.Name)).ToHashSet();
        return new(packages.ToHashSet(), [.. files.Where(f => _code.Contains(Path.GetExtension(f)) && !accounted.Contains(Path.GetFileName(f)))]);
    }

    /// <summary>A NuGet package, by its manifest: what it brings along for each framework.</summary>
    public static Shipped OfPackage(XDocument manifest) => new(
        manifest.Descendants().Where(e => e.Name.LocalName == "dependency")
            .Select(d => new Package(d.Attribute("id")!.Value, Lowest(d.Attribute("version")!.Value))).ToHashSet(),
        []);

    // "[1.2.0, 2.0.0)" and "1.2.0" both begin at 1.2.0.
    private static string Lowest(string range) => range.Split(',')[0].Trim('[', '(', ']', ')', ' ');
}
