using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KkiaEvents.Sbom;

/// <summary>A CycloneDX document, made the same each time it is made of the same.</summary>
internal sealed class BillOfMaterials
{
    private static readonly JsonSerializerOptions _written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly JsonObject _document;

    /// <summary>Takes what the tool wrote.</summary>
    /// <param name="draft">The document.</param>
    /// <param name="sourceDate">SOURCE_DATE_EPOCH, seconds since 1970; without it the document bears no time.</param>
    public BillOfMaterials(string draft, string? sourceDate)
    {
        _document = JsonNode.Parse(draft)!.AsObject();
        var metadata = _document["metadata"]!.AsObject();
        metadata.Remove("timestamp");
        if (!string.IsNullOrEmpty(sourceDate))
            metadata["timestamp"] = DateTimeOffset.FromUnixTimeSeconds(long.Parse(sourceDate, CultureInfo.InvariantCulture)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        _document.Remove("serialNumber");
        _document["serialNumber"] = $"urn:uuid:{SerialNumber(_document.ToJsonString())}";
    }

    /// <summary>Every package that the document names.</summary>
    public IReadOnlySet<Package> Packages => Components.Select(PackageOf).ToHashSet();

    /// <summary>The licences that the packages state, in the words of SPDX where they do.</summary>
    public IReadOnlyList<string> Licences => [.. Components.SelectMany(LicencesOf).Distinct().Order(StringComparer.Ordinal)];

    private IEnumerable<JsonNode> Components => _document["components"]?.AsArray().Select(c => c!) ?? [];

    /// <summary>What is wrong with it as the document of what ships; nothing when it is right.</summary>
    public IEnumerable<string> Faults(Shipped shipped) =>
    [
        .. shipped.Packages.Except(Packages).Select(p => $"{p} ships and is not in the document"),
        .. shipped.UnaccountedFiles.Select(f => $"{f} ships and is of no package"),
        .. Components.Where(c => c["hashes"] is not JsonArray { Count: > 0 }).Select(c => $"{PackageOf(c)} has no hash"),
        .. Components.Where(c => !LicencesOf(c).Any()).Select(c => $"{PackageOf(c)} states no licence"),
    ];

    public override string ToString() => _document.ToJsonString(_written) + '\n';

    private static Package PackageOf(JsonNode component) => new((string)component["name"]!, (string)component["version"]!);

    private static IEnumerable<string> LicencesOf(JsonNode component) => component["licenses"]?.AsArray()
        .Select(l => (string?)l!["expression"] ?? (string?)l["license"]?["id"] ?? (string?)l["license"]?["name"]).OfType<string>() ?? [];

    // A version 8 UUID (RFC 9562: the bits are the maker's) of the content.
    private static Guid SerialNumber(string content)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(content))[..16];
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x80);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return new(bytes, bigEndian: true);
    }
}
