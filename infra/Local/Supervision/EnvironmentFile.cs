using System.Text;
using KkiaEvents.Local.Backing;

namespace KkiaEvents.Local.Supervision;

/// <summary>Writes <c>.run/env</c>: <c>source .run/env</c> gives a shell the addresses, connection strings and keys of this run.</summary>
internal static class EnvironmentFile
{
    public static void Write(Layout layout, LocalSystem system)
    {
        var text = new StringBuilder("# Written by ./run; for: source .run/env\n");
        foreach (var (name, value) in Variables(system))
            text.Append("export ").Append(name).Append('=').Append(ShellWord.Of(value)).Append('\n');
        PrivateFile.Write(layout.EnvironmentFile, text.ToString());
    }

    private static IEnumerable<(string Name, string Value)> Variables(LocalSystem system)
    {
        yield return ("KKIAEVENTS_INGRESS", Plain(system.IngressAddress));
        yield return ("KKIAEVENTS_SANDBOX", Plain(system.SandboxAddress));
        yield return ("KKIAEVENTS_WEBHOOK_URL", system.WebhookAddress.ToString());
        yield return ("KKIAEVENTS_WEBHOOK_SECRET", system.Keys.WebhookSecret);
        yield return ("KKIAEVENTS_AMQP_URL", system.SubscriberConnection);
        // For: ./kkia broker user …
        yield return ("KKIAEVENTS_RABBITMQCTL", system.Backing.Broker.ControlCommand);
        foreach (var (name, value) in system.ServiceSettings())
            yield return (name, value!);
        // An auditor's: ConnectionStrings__Ledger=$KKIAEVENTS_LEDGER_AUDITOR ./kkia …
        yield return ("KKIAEVENTS_LEDGER_AUDITOR", system.Backing.DatabaseEndpoint.As("audit").ConnectionString());
        yield return ("ConnectionStrings__LedgerOwner", system.LedgerConnection);
    }

    private static string Plain(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
