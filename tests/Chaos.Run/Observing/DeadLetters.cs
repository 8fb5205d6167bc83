using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace KkiaEvents.Chaos.Observing;

/// <summary>What waits for a person in the end.</summary>
internal static class DeadLetters
{
    private const string Queue = "kkiaevents-dead";

    /// <summary>Each message's transaction or order, or its beginning; they stay where they are.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(string broker, CancellationToken cancellation)
    {
        await using var connection = await new ConnectionFactory { Uri = new(broker) }.CreateConnectionAsync(cancellation).ConfigureAwait(false);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation).ConfigureAwait(false);
        var letters = new List<string>();
        while (await channel.BasicGetAsync(Queue, autoAck: false, cancellation).ConfigureAwait(false) is { } letter)
            letters.Add(NameOf(Encoding.UTF8.GetString(letter.Body.Span)));
        return letters;
    }

    private static string NameOf(string body)
    {
        try
        {
            var message = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("message");
            return message.TryGetProperty("transactionId", out var transaction) ? $"webhook of {transaction}" : $"announcement of {message.GetProperty("orderId")}";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return body[..Math.Min(body.Length, 80)];
        }
    }
}
