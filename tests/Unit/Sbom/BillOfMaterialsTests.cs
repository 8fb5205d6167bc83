using System.Text.Json.Nodes;
using System.Xml.Linq;
using KkiaEvents.Sbom;

namespace KkiaEvents.Tests.Unit.Sbom;

/// <summary>The document of what ships is held against what ships.</summary>
public class BillOfMaterialsTests
{
    private const string Dependencies =
        """
        {
          "targets": { ".NETCoreApp,Version=v10.0": {
            "Shop/1.0.0": { "runtime": { "Shop.dll": {} } },
            "Npgsql/9.0.5": { "runtime": { "lib/net8.0/Npgsql.dll": {} } },
            "SQLitePCLRaw/3.0.0": { "runtimeTargets": { "runtimes/linux-x64/native/libe_sqlite3.so": {} } }
          } },
          "libraries": {
            "Shop/1.0.0": { "type": "project" },
            "Npgsql/9.0.5": { "type": "package" },
            "SQLitePCLRaw/3.0.0": { "type": "package" }
          }
        }
        """;

    private static readonly string[] _published = ["out/Shop.dll", "out/Npgsql.dll", "out/runtimes/linux-x64/native/libe_sqlite3.so", "out/appsettings.json"];

    [Fact]
    public void A_document_of_all_that_ships_has_no_fault() =>
        Assert.Empty(Bill(Component("npgsql", "9.0.5"), Component("SQLitePCLRaw", "3.0.0")).Faults(Shipped.OfProgram(Dependencies, _published)));

    [Fact]
    public void A_package_that_ships_and_is_not_in_the_document_is_a_fault() =>
        Assert.Equal(["SQLitePCLRaw 3.0.0 ships and is not in the document"], Bill(Component("Npgsql", "9.0.5")).Faults(Shipped.OfProgram(Dependencies, _published)));

    [Fact]
    public void Another_version_than_the_one_that_ships_is_a_fault() =>
        Assert.Equal(["Npgsql 9.0.5 ships and is not in the document"],
            Bill(Component("Npgsql", "9.0.4"), Component("SQLitePCLRaw", "3.0.0")).Faults(Shipped.OfProgram(Dependencies, _published)));

    [Fact]
    public void Code_that_no_package_brought_is_a_fault() =>
        Assert.Equal(["out/Copied.dll ships and is of no package"],
            Bill(Component("Npgsql", "9.0.5"), Component("SQLitePCLRaw", "3.0.0")).Faults(Shipped.OfProgram(Dependencies, [.. _published, "out/Copied.dll"])));

    [Theory]
    [InlineData("hashes", "Npgsql 9.0.5 has no hash")]
    [InlineData("licenses", "Npgsql 9.0.5 states no licence")]
    public void A_package_without_its_hash_or_licence_is_a_fault(string missing, string fault)
    {
        var component = Component("Npgsql", "9.0.5");
        component.Remove(missing);
        Assert.Equal([fault], Bill(component, Component("SQLitePCLRaw", "3.0.0")).Faults(Shipped.OfProgram(Dependencies, _published)));
    }

    [Fact]
    public void A_NuGet_package_ships_what_its_manifest_depends_on_for_each_framework()
    {
        var manifest = XDocument.Parse(
            """
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><dependencies>
              <group targetFramework="net8.0"><dependency id="System.Text.Json" version="10.0.15" /></group>
              <group targetFramework="net10.0"><dependency id="Polly.Core" version="[8.9.1, 9.0.0)" /></group>
            </dependencies></metadata></package>
            """);
        Assert.Equal(["Polly.Core 8.9.1", "System.Text.Json 10.0.15"], Shipped.OfPackage(manifest).Packages.Select(p => p.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_same_packages_make_the_same_document_whenever_it_is_made()
    {
        var today = new BillOfMaterials(Draft("2026-11-25T00:00:00Z", Component("Npgsql", "9.0.5")), null).ToString();
        Assert.Equal(today, new BillOfMaterials(Draft("2027-01-01T00:00:00Z", Component("Npgsql", "9.0.5")), null).ToString());
        Assert.NotEqual(SerialNumber(today), SerialNumber(Bill(Component("Npgsql", "9.0.4")).ToString()));
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", SerialNumber(today));
        Assert.DoesNotContain("timestamp", today, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_dated_by_the_sources() =>
        Assert.Contains("\"timestamp\": \"2026-11-25T00:00:00Z\"", new BillOfMaterials(Draft("2027-01-01T00:00:00Z"), "1795564800").ToString(), StringComparison.Ordinal);

    private static BillOfMaterials Bill(params JsonObject[] components) => new(Draft("2026-11-25T00:00:00Z", components), null);

    private static string SerialNumber(string document) => (string)JsonNode.Parse(document)!["serialNumber"]!;

    private static string Draft(string time, params JsonObject[] components) => new JsonObject
    {
        ["bomFormat"] = "CycloneDX",
        ["metadata"] = new JsonObject { ["timestamp"] = time },
        ["components"] = new JsonArray([.. components]),
    }.ToJsonString();

    private static JsonObject Component(string name, string version) => new()
    {
        ["name"] = name,
        ["version"] = version,
        ["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = "00" }),
        ["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["id"] = "MIT" } }),
    };
}
