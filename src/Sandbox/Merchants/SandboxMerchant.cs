namespace KkiaEvents.Sandbox.Merchants;

/// <summary>A merchant as KKiaPay knows it: its keys, and where its webhooks go.</summary>
internal sealed record SandboxMerchant(
    string Name,
    string PublicKey,
    string PrivateKey,
    string SecretKey,
    string WebhookSecret,
    Uri WebhookUrl);
