using System.Text.Json;
using KkiaEvents.Local.Backing;

namespace KkiaEvents.Local.Supervision;

/// <summary>The keys that this checkout's Sandbox hands out, and that Ingress and Processor are given. Made once, at random.</summary>
internal sealed record MerchantKeys(string PublicKey, string PrivateKey, string SecretKey, string WebhookSecret)
{
    public static MerchantKeys LoadOrCreate(Layout layout)
    {
        var path = Path.Combine(layout.Run, "keys.json");
        if (File.Exists(path) && JsonSerializer.Deserialize<MerchantKeys>(File.ReadAllText(path)) is { } known)
            return known;
        var keys = new MerchantKeys(
            $"pk_{ServicesState.RandomWord()}",
            $"sk_{ServicesState.RandomWord()}",
            $"secret_{ServicesState.RandomWord()}",
            $"whsec_{ServicesState.RandomWord()}");
        PrivateFile.Write(path, JsonSerializer.Serialize(keys));
        return keys;
    }
}
