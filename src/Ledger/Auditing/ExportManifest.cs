using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>What an export holds: written last, so that an export without one is unfinished.</summary>
public sealed record ExportManifest
{
    /// <summary>The manifest's file.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The file of stored events, one JSON object a line.</summary>
    public const string EventsFile = "events.ndjson";

    /// <summary>The file of outcomes, one row each, with a head line.</summary>
    public const string OutcomesFile = "outcomes.csv";

    /// <summary>The form of the files; another number is another form.</summary>
    public int Format { get; init; } = 1;

    /// <summary>When the export was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The period's first moment, UTC; null for the ledger's beginning.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The period's end, UTC, itself not in it; null for none.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The only merchants that the export is of; null, and not written, for everything.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Merchants { get; init; }

    /// <summary>The merchants' rules about orders that decisions are held against.</summary>
    public required IReadOnlyDictionary<string, OrderPolicy> Policies { get; init; }

    /// <summary>How many events the period has.</summary>
    public long Events { get; init; }

    /// <summary>How many more lines there are so that each stream of the period is whole and its orders are known.</summary>
    public long ContextEvents { get; init; }

    /// <summary>How many streams the lines are of.</summary>
    public long Streams { get; init; }

    /// <summary>How many events of each type the period has.</summary>
    public required IReadOnlyDictionary<string, long> EventsByType { get; init; }

    /// <summary>The first line's position; null without lines.</summary>
    public long? FirstPosition { get; init; }

    /// <summary>The last line's position; null without lines.</summary>
    public long? LastPosition { get; init; }

    /// <summary>The last line's chain value: it stands for every line before it.</summary>
    public required string Chain { get; init; }

    /// <summary>Outcomes of the period by merchant, method, day and type.</summary>
    public required IReadOnlyList<ExportSum> Sums { get; init; }

    /// <summary>The files.</summary>
    public required IReadOnlyList<ExportedFile> Files { get; init; }

    /// <summary>SHA-256 of this manifest's text with this value empty, lower-case hex: so that a change of what the files don't say again (the time, the period, the rules) is found too.</summary>
    public string Sha256 { get; init; } = "";

    private static readonly JsonSerializerOptions Indented = new(LedgerStore.Json)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The manifest's text, <see cref="Sha256"/> made anew.</summary>
    public string ToText() => Text(this with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text(this with { Sha256 = "" })))) });

    private static string Text(ExportManifest manifest) => JsonSerializer.Serialize(manifest, Indented) + "\n";

    // A tampered value must be found, not read as empty.
    private static readonly JsonSerializerOptions Strict = new(LedgerStore.Json) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>Reads one.</summary>
    /// <exception cref="JsonException">It is no manifest.</exception>
    public static ExportManifest Read(string text)
    {
        var manifest = JsonSerializer.Deserialize<ExportManifest>(text, Strict) ?? throw new JsonException("The manifest is null.");
        // The library looks at properties, not into lists.
        return manifest.Policies.Values.All(p => p is not null && !p.ReferencePlaces.Contains(null!)) && !manifest.Sums.Contains(null!) && !manifest.Files.Contains(null!)
            ? manifest
            : throw new JsonException("Something in a list of it is null.");
    }
}

/// <summary>Outcomes of one kind on one day.</summary>
/// <param name="Merchant">The merchant.</param>
/// <param name="Method">The method; null where KKiaPay names none.</param>
/// <param name="Day">The day on which they were decided, UTC.</param>
/// <param name="Type">The outcome's type.</param>
/// <param name="Count">How many.</param>
/// <param name="Amount">Sum of their gross amounts, whole XOF.</param>
/// <param name="Fees">Sum of KKiaPay's commissions, whole XOF.</param>
/// <param name="Net">Sum of what is credited, whole XOF.</param>
public sealed record ExportSum(string Merchant, string? Method, DateOnly Day, string Type, long Count, long Amount, long Fees, long Net);

/// <summary>One file of an export.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Lines">How many lines.</param>
/// <param name="Bytes">How many bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hex.</param>
public sealed record ExportedFile(string Name, long Lines, long Bytes, string Sha256);
