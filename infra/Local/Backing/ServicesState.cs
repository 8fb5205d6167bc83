using System.Security.Cryptography;
using System.Text.Json;

namespace KkiaEvents.Local.Backing;

/// <summary>
/// The ports and passwords of one directory's services. Kept, because the data directories know the passwords, and so
/// that a shell which sourced the addresses yesterday still has the right ones today.
/// </summary>
internal sealed record ServicesState(
    string User,
    string BrokerPassword,
    string DatabasePassword,
    int BrokerPort,
    int? ManagementPort,
    int DatabasePort)
{
    private const string FileName = "services.json";

    public static ServicesState LoadOrCreate(string directory, bool management)
    {
        var path = Path.Combine(directory, FileName);
        var known = File.Exists(path) ? JsonSerializer.Deserialize<ServicesState>(File.ReadAllText(path)) : null;
        var state = new ServicesState(
            known?.User ?? "kkia",
            known?.BrokerPassword ?? RandomWord(),
            known?.DatabasePassword ?? RandomWord(),
            LoopbackPort.FreeOr(known?.BrokerPort),
            management ? LoopbackPort.FreeOr(known?.ManagementPort) : null,
            LoopbackPort.FreeOr(known?.DatabasePort));
        if (state != known)
            PrivateFile.Write(path, JsonSerializer.Serialize(state));
        return state;
    }

    /// <summary>A secret of 128 bits that needs no escaping anywhere.</summary>
    internal static string RandomWord() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
