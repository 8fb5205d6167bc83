using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KkiaEvents.Local.Backing;

/// <summary>What one service's RabbitMQ user may do, as <c>infra/rabbitmq/users.tsv</c> has it: regular expressions over names.</summary>
/// <param name="Service">ingress, processor, operations, subscriber.</param>
/// <param name="Configure">What it may declare and delete.</param>
/// <param name="Write">What it may publish to, and bind to something.</param>
/// <param name="Read">What it may consume from, and bind something to.</param>
/// <param name="Tags">RabbitMQ's own words for what else it may; empty for nothing.</param>
public sealed record BrokerPermissions(string Service, string Configure, string Write, string Read, string Tags);

/// <summary>RabbitMQ's definitions (its own JSON form): a user for each service with just its rights, and the topology.</summary>
public static class BrokerDefinitions
{
    /// <summary>The services that have a user of their own.</summary>
    public static IReadOnlyList<BrokerPermissions> Users { get; } =
        [.. Resource("users.tsv").Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('\t')).Select(c => new BrokerPermissions(c[0], c[1], c[2], c[3], c.ElementAtOrDefault(4) ?? ""))];

    /// <summary>The definitions for one virtual host.</summary>
    /// <param name="endpoint">The broker; its account keeps all rights.</param>
    /// <param name="virtualHost">The virtual host.</param>
    public static string For(BrokerEndpoint endpoint, string virtualHost)
    {
        var definitions = JsonNode.Parse(Resource("topology.json"))!.AsObject();
        foreach (var part in definitions.SelectMany(kind => kind.Value!.AsArray()))
            part!["vhost"] = virtualHost;
        definitions["vhosts"] = JsonSerializer.SerializeToNode(new[] { new { name = virtualHost } });
        definitions["users"] = JsonSerializer.SerializeToNode(Users.Select(u => UserOf(endpoint.As(u.Service), u.Tags)).Append(UserOf(endpoint, "administrator")));
        definitions["permissions"] = JsonSerializer.SerializeToNode(Users
            .Select(u => new { user = endpoint.As(u.Service).User, vhost = virtualHost, configure = u.Configure, write = u.Write, read = u.Read })
            .Append(new { user = endpoint.User, vhost = virtualHost, configure = ".*", write = ".*", read = ".*" }));
        return definitions.ToJsonString();
    }

    // rabbit_password_hashing_sha256: four bytes of salt, then the digest of salt and password.
    private static object UserOf(BrokerEndpoint account, string tags)
    {
        var salt = RandomNumberGenerator.GetBytes(4);
        var digest = SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(account.Password)]);
        return new { name = account.User, password_hash = Convert.ToBase64String([.. salt, .. digest]), hashing_algorithm = "rabbit_password_hashing_sha256", tags };
    }

    private static string Resource(string name)
    {
        using var stream = typeof(BrokerDefinitions).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
