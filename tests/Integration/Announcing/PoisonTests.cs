using System.Globalization;
using System.Text;
using KkiaEvents.Bus;
using KkiaEvents.Tests.Integration.Infrastructure;
using KkiaEvents.Tests.Integration.Operating;

namespace KkiaEvents.Tests.Integration.Announcing;

/// <summary>A message that can't be read goes aside at once, as it came, with the place in its JSON as the reason; those behind it are processed.</summary>
public class PoisonTests(Operators system) : IClassFixture<Operators>
{
    private const string Raw = "KkiaEvents.Contracts:TransactionSucceeded";

    private const string Notification = """{"deliveryId":"0198c1a4-0000-7000-8000-000000000001","merchant":"default","transactionId":"poison-1","event":"transaction.success","amount":5000,"body":"{}","receivedAt":"2026-11-28T10:00:00Z"}""";

    public static TheoryData<string, string, string> Poison() => new()
    {
        { RawMessages.Announcements, "", "$" },
        { RawMessages.Announcements, "{", "$" },
        { RawMessages.Announcements, "<announcement/>", "$" },
        { RawMessages.Announcements, "orderId=G-1&amount=5000", "$" },
        { RawMessages.Announcements, "[]", "$" },
        { RawMessages.Announcements, "null", "$" },
        { RawMessages.Announcements, """{"orderId":"G-1","amount":5000}""", "$.message" },
        { RawMessages.Announcements, """{"messageType":["urn:message:KkiaEvents.Contracts:ExpectPayment"]}""", "$.message" },
        { RawMessages.Announcements, RawMessages.Envelope("null"), "$.message" },
        { RawMessages.Announcements, RawMessages.Envelope("[]"), "$.message" },
        { RawMessages.Announcements, RawMessages.Envelope("\"{\\\"orderId\\\":1}\""), "$.message" },
        { RawMessages.Announcements, """{"message":{"orderId":"G-1","amount":5000}}""", "$.messageType" },
        { RawMessages.Announcements, RawMessages.Envelope("""{"orderId":"G-1","amount":5000}""", "Shop:OrderPlaced"), "$.messageType" },
        { RawMessages.Announcements, RawMessages.Envelope(Notification, Raw), "$.messageType" },
        { RawMessages.Announcements, """{"messageType":{"a":1},"message":{"orderId":"G-1","amount":5000}}""", "$.messageType" },
        { RawMessages.Announcements, """{"messageId":"no-guid","messageType":["urn:message:KkiaEvents.Contracts:ExpectPayment"],"message":{"orderId":"G-1","amount":5000}}""", "$.messageId" },
        { RawMessages.Announcements, """{"sentTime":"yesterday","messageType":["urn:message:KkiaEvents.Contracts:ExpectPayment"],"message":{"orderId":"G-1","amount":5000}}""", "$.sentTime" },
        { RawMessages.Announcements, """{"messageType":["urn:message:KkiaEvents.Contracts:ExpectPayment"],"message":{"orderId":"G-1","amount":NaN}}""", "$" },
        { Raw, "", "$" },
        { Raw, "not JSON at all", "$" },
        { Raw, Notification, "$.message" },
        { Raw, RawMessages.Envelope(Notification, RawMessages.Announcements), "$.messageType" },
        { Raw, Told(Notification.Replace("5000", "\"five\"", StringComparison.Ordinal)), "$.amount" },
        { Raw, Told(Notification.Replace("5000", "0.5", StringComparison.Ordinal)), "$.amount" },
        { Raw, Told(Notification.Replace("\"0198c1a4-0000-7000-8000-000000000001\"", "7", StringComparison.Ordinal)), "$.deliveryId" },
        { Raw, Told(Notification.Replace("2026-11-28T10:00:00Z", "yesterday", StringComparison.Ordinal)), "$.receivedAt" },
        { Raw, Told(Notification.Replace("\"{}\"", "{}", StringComparison.Ordinal)), "$.body" },
        { Raw, Told("{}"), "$" },
        { Raw, Told("[1]"), "$.message" },
    };

    [Theory]
    [MemberData(nameof(Poison))]
    public async Task What_cant_be_read_goes_aside_at_once_with_the_place_in_its_JSON(string exchange, string body, string path)
    {
        var id = await RawMessages.PublishAsync(system.AmqpUri, exchange, body);
        var letter = await RawMessages.AsideAsync(system, id);
        Assert.Contains(path, letter.GetProperty("reason").GetString());
        Assert.Equal(exchange == Raw ? Topology.TransactionsQueue : Topology.AnnouncementsQueue, letter.GetProperty("origin").GetString());
        // As it came, byte for byte; and not by the broker, after 20 tries.
        Assert.Equal(body, letter.GetProperty("body").GetString());
        Assert.DoesNotContain(letter.GetProperty("headers").EnumerateObject(), h => h.Name == "x-first-death-queue");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("application/octet-stream")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task An_announcement_in_its_envelope_counts_whatever_type_its_sender_gives_it(string? contentType)
    {
        var order = $"order-{Guid.NewGuid():n}";
        await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, RawMessages.Envelope($$"""{"orderId":"{{order}}","amount":5000}"""), contentType);
        await AnnouncedAsync(order);
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("application/x-msgpack")]
    public async Task Another_format_goes_aside_whatever_it_is_called_and_its_bytes_are_kept(string contentType)
    {
        byte[] body = [0x82, 0xA7, 0xFF, 0x00, 0xFE];
        var id = await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, body, contentType);
        var letter = await RawMessages.AsideAsync(system, id);
        Assert.Contains(contentType, letter.GetProperty("reason").GetString());
        Assert.Equal(Convert.ToBase64String(body), letter.GetProperty("body").GetString());
    }

    [Theory]
    [InlineData("order/2025/7")]
    [InlineData("no guid")]
    public async Task A_message_id_that_is_no_guid_is_kept(string id)
    {
        var unique = id + Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture);
        await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, "poison", id: unique);
        await RawMessages.AsideAsync(system, unique);
    }

    [Fact]
    public async Task Poison_takes_no_good_message_with_it_and_wakes_nobody_twice()
    {
        var order = $"order-{Guid.NewGuid():n}";
        var poison = new List<string>();
        for (var i = 0; i < 20; i++)
            poison.Add(await RawMessages.PublishAsync(system.AmqpUri, i % 2 == 0 ? RawMessages.Announcements : Raw, Encoding.UTF8.GetBytes($"poison {i}")));
        await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, RawMessages.Envelope($$"""{"orderId":"{{order}}","amount":5000}"""));
        await AnnouncedAsync(order);
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = order } });
        await system.NotifyAsync(id, order: order);
        await system.Outcomes.WaitForAsync(id);
        foreach (var message in poison)
            await RawMessages.AsideAsync(system, message);
    }

    private static string Told(string message) =>
        $$"""{"messageType":["urn:message:KkiaEvents.Contracts:TransactionSucceeded","urn:message:KkiaEvents.Contracts:TransactionNotification"],"headers":{},"message":{{message}}}""";

    private Task AnnouncedAsync(string order) => Condition.HoldsAsync($"{order} is announced", async () =>
        await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where type = 'order_announced' and data->>'orderId' = '{order}'") == 1);
}
