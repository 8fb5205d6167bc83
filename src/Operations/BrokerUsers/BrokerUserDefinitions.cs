using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KkiaEvents.Bus;
using KkiaEvents.Contracts;

namespace KkiaEvents.Operations.BrokerUsers;

/// <summary>RabbitMQ's definitions (its own JSON form, which <c>rabbitmqctl import_definitions</c> takes) of one user. Importing adds and removes nothing else.</summary>
public static class BrokerUserDefinitions
{
    /// <summary>A password that needs no escaping in a URI: 128 random bits.</summary>
    public static string NewPassword() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The definitions of a user in a virtual host; they hold the password's digest only.</summary>
    public static string Write(BrokerUser user, string virtualHost, string password)
    {
        var (configure, write, read) = user.Rights();
        var definitions = new JsonObject
        {
            ["users"] = new JsonArray(new JsonObject
            {
                ["name"] = user.Name, ["password_hash"] = HashOf(password), ["hashing_algorithm"] = "rabbit_password_hashing_sha256", ["tags"] = "",
            }),
            ["permissions"] = new JsonArray(new JsonObject
            {
                ["user"] = user.Name, ["vhost"] = virtualHost, ["configure"] = configure, ["write"] = write, ["read"] = read,
            }),
        };
        if (user.Merchant is { } merchant)
        {
            var announced = Topology.ExchangeOf(typeof(ExpectPayment));
            IEnumerable<JsonNode> exchanges = [Exchange(Topology.OutcomesExchange, "topic"), Exchange(user.Queue, "fanout")];
            var bindings = user.Types.Select(t => Binding(Topology.OutcomesExchange, user.Queue, Topology.OutcomeKey(merchant, t)));
            if (user.Announces)
            {
                exchanges = [.. exchanges, Exchange(announced, "fanout"), Exchange(user.AnnouncementsExchange, "fanout")];
                bindings = bindings.Append(Binding(user.AnnouncementsExchange, announced, ""));
            }

            definitions["exchanges"] = new JsonArray([.. exchanges]);
            definitions["bindings"] = new JsonArray([.. bindings]);
        }

        return definitions.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

        JsonNode Exchange(string name, string type) => new JsonObject
        {
            ["name"] = name, ["vhost"] = virtualHost, ["type"] = type, ["durable"] = true, ["auto_delete"] = false, ["internal"] = false, ["arguments"] = new JsonObject(),
        };
        JsonNode Binding(string source, string destination, string key) => new JsonObject
        {
            ["source"] = source, ["vhost"] = virtualHost, ["destination"] = destination, ["destination_type"] = "exchange", ["routing_key"] = key, ["arguments"] = new JsonObject(),
        };
    }

    /// <summary>Why a user can't be made beside what the broker has; null when it can.</summary>
    /// <param name="user">The user.</param>
    /// <param name="virtualHost">Its virtual host.</param>
    /// <param name="existing">What <c>rabbitmqctl export_definitions</c> says.</param>
    /// <param name="replace">True when a user of that name may be there already.</param>
    public static string? Conflict(BrokerUser user, string virtualHost, string existing, bool replace)
    {
        var definitions = JsonNode.Parse(existing)!;
        IEnumerable<JsonNode> All(string kind) => definitions[kind]?.AsArray().OfType<JsonNode>() ?? [];
        static string Text(JsonNode of, string name) => of[name]?.ToString() ?? "";

        if (All("users").FirstOrDefault(u => Text(u, "name") == user.Name) is { } known)
        {
            if (known["tags"] is JsonArray { Count: > 0 } or JsonValue && Text(known, "tags").Length > 0)
                return $"User '{user.Name}' is there and has tags ({Text(known, "tags")}): it is no service's. Choose another name.";
            if (!replace)
                return $"User '{user.Name}' is there. --replace gives it a new password, and these rights in place of its own.";
        }

        // Who shares a queue, or the exchange in front of it, gets what the other bound it to.
        foreach (var binding in All("bindings").Where(b => Text(b, "vhost") == virtualHost && Text(b, "destination") == user.Queue && Text(b, "source") != user.Queue))
        {
            var (source, key) = (Text(binding, "source"), Text(binding, "routing_key"));
            if (source == Topology.OutcomesExchange && user.Merchant is null)
                return $"'{user.Queue}' gets the outcomes of merchant '{key.Split('.')[0]}' alone: name that merchant, or another queue.";
            if (user.Merchant is { } merchant && !(source == Topology.OutcomesExchange && key.StartsWith($"{merchant}.", StringComparison.Ordinal)))
                return $"'{user.Queue}' is bound to '{source}'{(key.Length > 0 ? $" by {key}" : "")}, so it gets more than merchant '{merchant}': choose another queue.";
        }

        return All("permissions").FirstOrDefault(p =>
                Text(p, "vhost") == virtualHost && Text(p, "user") != user.Name && Text(p, "configure") != ".*" && user.Merchant is not null
                && May(Text(p, "configure"), user.Queue) && May(Text(p, "read"), Topology.ExchangeOf(typeof(OrderPaid)))) is { } other
            ? $"User '{Text(other, "user")}', who sees every merchant, may bind '{user.Queue}': choose another queue."
            : null;
    }

    private static bool May(string right, string name) => right.Length > 0 && Regex.IsMatch(name, right, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    // rabbit_password_hashing_sha256: four bytes of salt, then the digest of salt and password.
    private static string HashOf(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}
