namespace KkiaEvents.Local.Supervision;

/// <summary>Says where everything listens.</summary>
internal static class Banner
{
    public static string Of(Layout layout, LocalSystem system)
    {
        var rows = new List<(string What, string Where)>
        {
            ("webhooks (Ingress)", system.WebhookAddress + Moved(system.IngressAddress, LocalSystem.PreferredIngressPort)),
            ("KKiaPay stand-in (Sandbox)", system.SandboxAddress.GetLeftPart(UriPartial.Authority) + Moved(system.SandboxAddress, LocalSystem.PreferredSandboxPort)),
        };
        rows.AddRange(system.ProcessorAddresses.Select(address => ("Processor (health, metrics)", address.GetLeftPart(UriPartial.Authority))));
        rows.Add(("HTTP API (Console), its page", new Uri(system.ConsoleAddress, "/docs") + Moved(system.ConsoleAddress, LocalSystem.PreferredConsolePort)));
        rows.Add(("a key for it", $"source {Relative(layout.EnvironmentFile)} && dotnet {Relative(layout.Program("src/Console", "KkiaEvents.Console"))} keys create NAME admin"));
        rows.Add(("broker", system.Backing.Broker.Description));
        if (system.Backing.BrokerEndpoint is { ManagementPort: { } port, User: var user })
            rows.Add(("broker's management page", $"http://127.0.0.1:{port} (user {user}, password in {Relative(layout.Services)}/services.json)"));
        rows.Add(("database", system.Backing.Database.Description));
        rows.Add(("addresses and keys for a shell", $"source {Relative(layout.EnvironmentFile)}"));

        var width = rows.Max(row => row.What.Length);
        return $"""

            KkiaEvents runs. Ctrl+C stops it.
            {string.Join('\n', rows.Select(row => $"  {row.What.PadRight(width)}  {row.Where}"))}

            Make a payment:
              curl -s {system.SandboxAddress.GetLeftPart(UriPartial.Authority)}/sandbox/payments -H 'content-type: application/json' \
                -d '{Example}'

            """;

        string Relative(string path) => Path.GetRelativePath(layout.Root, path);
    }

    private const string Example = """{"amount":5000,"stateData":{"orderId":"order-1"}}""";

    private static string Moved(Uri address, int preferred) =>
        address.Port == preferred ? "" : $"   ({preferred} is taken by another program)";
}
