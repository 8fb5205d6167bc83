using System.Net;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Hostile;

/// <summary>Authentic bodies that are no webhook as anybody writes one: taken for what they are, or parked; never an error, never another meaning.</summary>
public class HostileJsonTests(HostileInstallation system) : IClassFixture<HostileInstallation>
{
    private const string Transactions = "kkiaevents-processor";

    private const string Parked = "kkiaevents-parked";

    public static TheoryData<string, byte[], string> Bodies => new()
    {
        { "deep objects", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"stateData\":" + string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000) + "}"), Parked },
        { "deep arrays", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"x\":" + new string('[', 30_000) + new string(']', 30_000) + "}"), Parked },
        { "deep and never closed", Text("{\"transactionId\":\"MARK\",\"x\":" + new string('[', 60_000)), Parked },
        { "wide", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"stateData\":{" + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"k{i}\":{i}")) + "}}"), Transactions },
        { "a duplicate key", Text("{\"event\":\"transaction.failed\",\"event\":\"transaction.success\",\"transactionId\":\"MARK\"}"), Parked },
        { "a duplicate key, once escaped", Text("{\"event\":\"transaction.failed\",\"\\u0065vent\":\"transaction.success\",\"transactionId\":\"MARK\"}"), Parked },
        { "a duplicate amount within", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"stateData\":{\"orderId\":\"a\",\"orderId\":\"b\"}}"), Parked },
        { "invalid UTF-8", [.. Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"label\":\""), 0xC3, 0x28, .. Text("\"}")], Parked },
        { "overlong UTF-8", [.. Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"label\":\""), 0xC0, 0xAF, .. Text("\"}")], Parked },
        { "UTF-16", Encoding.Unicode.GetBytes("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\"}"), Parked },
        { "a byte order mark", [0xEF, 0xBB, 0xBF, .. Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\"}")], Transactions },
        { "a NUL within a string", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"label\":\"a\0b\"}"), Parked },
        { "a NUL after the end", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\"}\0"), Parked },
        { "an escaped NUL", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"label\":\"a\\u0000b\"}"), Transactions },
        { "half a surrogate pair", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"label\":\"\\ud83d\"}"), Transactions },
        { "two objects", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\"}{}"), Parked },
        { "a number without end", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"amount\":1" + new string('0', 60_000) + "}"), Transactions },
        { "an exponent without end", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\",\"amount\":1e" + new string('9', 60_000) + "}"), Transactions },
        { "an id with signs of a path", Text("{\"event\":\"transaction.success\",\"transactionId\":\"../../MARK\"}"), Parked },
        { "an id with an escaped slash", Text("{\"event\":\"transaction.success\",\"transactionId\":\"a\\u002fMARK\"}"), Parked },
        { "an id with a percent sign", Text("{\"event\":\"transaction.success\",\"transactionId\":\"%2e%2e%2fMARK\"}"), Parked },
        { "an id with a NUL", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\\u0000\"}"), Parked },
        { "an id with a line break", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK\\n\"}"), Parked },
        { "an id of 65 characters", Text("{\"event\":\"transaction.success\",\"transactionId\":\"MARK" + new string('x', 61) + "\"}"), Parked },
        { "an id that is a number", Text("{\"event\":\"transaction.success\",\"transactionId\":12345,\"label\":\"MARK\"}"), Parked },
        { "an event in capitals", Text("{\"event\":\"TRANSACTION.SUCCESS\",\"transactionId\":\"MARK\"}"), Parked },
        { "nothing", [], Parked },
        { "white space", Text("  \r\n\t "), Parked },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task An_authentic_body_is_read_or_parked_whatever_it_is(string what, byte[] body, string queue)
    {
        // The mark makes the message this test's own; same length, so that nothing else changes.
        var mark = $"{Guid.NewGuid():n}"[..4];
        var sent = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(body).Replace("MARK", mark, StringComparison.Ordinal).Replace("M\0A\0R\0K\0", string.Join('\0', mark.ToCharArray()) + "\0", StringComparison.Ordinal));
        var answer = await system.Usual.SendAuthenticAsync(sent);
        Assert.True(answer?.Status == HttpStatusCode.OK, $"{what}: {answer?.Head}");
        await system.Usual.TakesAsync();

        var message = await TakeAsync(queue, message => Bytes(message).AsSpan().SequenceEqual(sent));
        Assert.Equal("default", message.GetProperty("merchant").GetString());
        if (queue == Parked)
            Assert.NotEmpty(message.GetProperty("reason").GetString()!);
        else
            Assert.Equal(mark, message.GetProperty("transactionId").GetString());
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Bytes(JsonElement message) =>
        message.TryGetProperty("bodyBase64", out var base64) && base64.ValueKind == JsonValueKind.String
            ? base64.GetBytesFromBase64()
            : Encoding.UTF8.GetBytes(message.GetProperty("body").GetString()!);

    private async Task<JsonElement> TakeAsync(string queue, Func<JsonElement, bool> isIt)
    {
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        JsonElement? found = null;
        await Infrastructure.Condition.HoldsAsync($"{queue} holds the body", async () =>
        {
            while (found is null && await channel.BasicGetAsync(queue, autoAck: true) is { } got)
            {
                var message = JsonSerializer.Deserialize<JsonElement>(got.Body.Span).GetProperty("message");
                if (isIt(message))
                    found = message;
            }

            return found is not null;
        });
        return found!.Value;
    }
}
