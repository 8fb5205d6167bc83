using System.Text.RegularExpressions;

namespace KkiaEvents.Bus;

/// <summary>A part of the topology is not there and this service's user may not declare it, or is there as something else; the message says what to do.</summary>
public sealed partial class TopologyException(string message, string? madeOtherwise = null) : Exception(message)
{
    /// <summary>The queue or exchange that is there with another type or other arguments; null when it is something else.</summary>
    public string? MadeOtherwise { get; } = madeOtherwise;

    /// <summary>What to do about a queue or an exchange that was made otherwise than ours is.</summary>
    /// <param name="part">What was being declared, where the reply names nothing.</param>
    /// <param name="reply">The broker's reply (406 PRECONDITION_FAILED).</param>
    /// <param name="virtualHost">Where it is.</param>
    /// <param name="isClassic">True when it is known to be a classic queue, whatever the reply names.</param>
    public static TopologyException OfMadeOtherwise(string part, string reply, string virtualHost, bool isClassic = false)
    {
        var name = Name().Match(reply) is { Success: true } said ? said.Groups[1].Value : part;
        var argument = Argument().Match(reply) is { Success: true } named ? named.Groups[1].Value : null;
        if (reply.Contains("for exchange", StringComparison.Ordinal))
            return new($"Exchange '{name}' in virtual host '{virtualHost}' was made with another {argument ?? "form"} than it must have: delete it while nothing is published to it; it is made again within seconds.", name);
        var made = isClassic || argument == "x-queue-type"
            ? $"was made as a {(!isClassic && Current().Match(reply) is { Success: true } type && type.Groups[1].Value is not "none" ? type.Groups[1].Value : "classic")} queue and must be a quorum queue"
            : $"was made with another {argument ?? "argument"} than it must have";
        return new(
            $"Queue '{name}' in virtual host '{virtualHost}' {made}: move its messages to another queue (RabbitMQ's management page, Move messages), delete it (rabbitmqctl delete_queue {name} --vhost {virtualHost}), "
            + "and it is made again within seconds; then move the messages back.",
            name);
    }

    /// <summary>Whether a reply about <c>x-queue-type</c> tells of a classic queue: by name, or because it has no type.</summary>
    internal static bool SaysClassic(string reply) =>
        Argument().Match(reply) is { Success: true } argument && argument.Groups[1].Value == "x-queue-type" && Current().Match(reply) is { Success: true } type && (type.Groups[1].Value is "classic" or "none");

    [GeneratedRegex("inequivalent arg '([^']+)'")]
    private static partial Regex Argument();

    [GeneratedRegex("for (?:queue|exchange) '([^']+)'")]
    private static partial Regex Name();

    [GeneratedRegex("but current is (?:the value )?'?([a-z]+)")]
    private static partial Regex Current();
}
