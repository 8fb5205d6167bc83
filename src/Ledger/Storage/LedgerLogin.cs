using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace KkiaEvents.Ledger.Storage;

/// <summary>A login that <c>schema</c> makes for a service or an auditor.</summary>
/// <param name="Name">Its name: <c>^[a-z_][a-z0-9_]{0,62}$</c>.</param>
/// <param name="Role">The one role that it has.</param>
/// <param name="Password">Its password: printable ASCII.</param>
public sealed partial record LedgerLogin(string Name, LedgerRole Role, string Password)
{
    // PostgreSQL's own default, and what its clients expect to work at.
    private const int Iterations = 4096;

    /// <summary>Whether a text is a name that a login can have here: one that needs no quotes anywhere.</summary>
    public static bool IsName(string text) => NamePattern().IsMatch(text);

    /// <summary>Whether a text can be a password here. Beyond ASCII, clients differ in how they prepare it.</summary>
    public static bool IsPassword(string text) => text.Length is >= 8 and <= 200 && text.All(c => c is > ' ' and <= '~');

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Name} ({Role})";

    /// <summary>What PostgreSQL keeps of the password (RFC 5803), made here so that the password itself is in no statement, hence in no log.</summary>
    internal string Verifier()
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.ASCII.GetBytes(Password), salt, Iterations, HashAlgorithmName.SHA256, 32);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
