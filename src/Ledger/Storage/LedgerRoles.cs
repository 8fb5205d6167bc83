using System.Security.Cryptography;
using System.Text;

namespace KkiaEvents.Ledger.Storage;

/// <summary>
/// The names of one ledger's roles. Roles belong to the whole cluster, so their names begin with the database's (and the
/// schema's, when that is not the usual one): two ledgers of a cluster never share one.
/// </summary>
internal sealed class LedgerRoles(string database, string schema)
{
    // PostgreSQL cuts names at 63 bytes without a word.
    private const int LongestPrefix = 63 - 9;

    public static readonly IReadOnlyList<LedgerRole> All = Enum.GetValues<LedgerRole>();

    private readonly string _prefix = Shortened(schema == LedgerOptions.UsualSchema ? database : $"{database}_{schema}");

    /// <summary>A role's name, unquoted.</summary>
    public string NameOf(LedgerRole role) => $"{_prefix}_{role switch
    {
        LedgerRole.Writer => "writer",
        LedgerRole.Operator => "operator",
        LedgerRole.Auditor => "auditor",
        _ => "eraser",
    }}";

    /// <summary>What PostgreSQL keeps as the comment on a role, so that nobody takes another's role for one of this ledger.</summary>
    public string CommentOn(LedgerRole role) => $"KkiaEvents: {role switch
    {
        LedgerRole.Writer => "Processor",
        LedgerRole.Operator => "Console",
        LedgerRole.Auditor => "auditor, reads only",
        _ => "the one that may change and delete events",
    }}; database {database}, schema {schema}";

    /// <summary>The comment on a login of this ledger.</summary>
    public string CommentOnLogin { get; } = $"KkiaEvents: login; database {database}, schema {schema}";

    private static string Shortened(string prefix)
    {
        var bytes = Encoding.UTF8.GetBytes(prefix);
        if (bytes.Length <= LongestPrefix)
            return prefix;
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes))[..8];
        return $"{string.Concat(prefix.Where(char.IsAscii))[..Math.Min(LongestPrefix - 9, prefix.Count(char.IsAscii))]}_{digest}";
    }
}
