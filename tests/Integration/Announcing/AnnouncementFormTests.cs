using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using KkiaEvents.Tests.Integration.Infrastructure;
using KkiaEvents.Tests.Integration.Operating;
using KkiaEvents.Tests.Integration.Subscribing;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Announcing;

/// <summary>What shops' languages make of an announcement: one rule reads it, over the bus and over HTTP.</summary>
public class AnnouncementFormTests(Operators system) : IClassFixture<Operators>
{
    [Theory]
    [InlineData("""{"orderId":"ORDER","amount":100000}""")]
    [InlineData("""{"orderId":"ORDER","amount":100000.0}""")]
    [InlineData("""{"orderId":"ORDER","amount":"100000"}""")]
    [InlineData("""{"orderId":"ORDER","amount":"100000.00"}""")]
    [InlineData("""{"orderId":"ORDER","amount":1e5}""")]
    [InlineData("""{"orderId":"ORDER","amount":" 1E+5 "}""")]
    [InlineData("""{"orderId":"ORDER","amount":10000000e-2}""")]
    [InlineData("""{"orderId":ORDER,"amount":100000}""")]
    [InlineData("""{"OrderId":"ORDER","Amount":100000,"Merchant":"default","Withdrawn":false}""")]
    [InlineData("""{"order_id":ORDER,"amount":"100000","transaction_id":null,"withdrawn":null,"merchant":null}""")]
    [InlineData("""{"orderId":"ORDER","amount":100000,"merchant":"","transactionId":"","withdrawn":""}""")]
    [InlineData("""{"orderId":"ORDER","amount":100000,"withdrawn":"False","currency":"XOF","customer":{"name":"Awa","tags":[1,null]}}""")]
    [InlineData("""{"orderId":"ORDER","amount":100000,"withdrawn":0,"transactionId":"txn_ORDER"}""")]
    [InlineData("""{"orderId":"ORDER","amount":100000,"transactionId":ORDER}""")]
    public async Task Whatever_form_a_shops_language_gives_an_announcement_it_counts_over_bus_and_HTTP(string form)
    {
        var (bus, http) = (NewOrder(), NewOrder());
        await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, RawMessages.Envelope(Of(form, bus)));
        var (status, answer, _) = await PostAsync(Of(form, http));
        Assert.True(status == HttpStatusCode.OK, $"{status} {answer}");
        foreach (var order in new[] { bus, http })
        {
            await Condition.HoldsAsync($"{order} is announced", async () => await CountAsync("order_announced", order) == 1);
            Assert.Equal(
                form.Contains("transactionId\":ORDER", StringComparison.Ordinal) ? $"100000|{order}" : form.Contains("txn_", StringComparison.Ordinal) ? $"100000|txn_{order}" : "100000|",
                await system.ReadAsync<string>($"select concat(data->>'amount', '|', data->>'transactionId') from kkiaevents.mt_events where type = 'order_announced' and data->>'orderId' = '{order}'"));
        }
    }

    [Fact]
    public async Task An_order_announced_with_a_float_is_guarded()
    {
        var order = NewOrder();
        await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, RawMessages.Envelope($$"""{"orderId":"{{order}}","amount":100000.0}"""));
        await Condition.HoldsAsync("it is announced", async () => await CountAsync("order_announced", order) == 1);
        var id = await system.Provider.PayAsync(new { amount = 100, stateData = new { orderId = order } });
        await system.NotifyAsync(id, amount: 100, order: order);
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
    }

    [Theory]
    [InlineData("""{"orderId":"ORDER","withdrawn":true}""")]
    [InlineData("""{"orderId":"ORDER","withdrawn":"true","amount":null}""")]
    [InlineData("""{"order_id":"ORDER","withdrawn":1,"amount":0}""")]
    [InlineData("""{"OrderId":ORDER,"Withdrawn":"YES","Amount":"none"}""")]
    public async Task A_withdrawal_needs_no_amount(string form)
    {
        var (bus, http) = (NewOrder(), NewOrder());
        await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, RawMessages.Envelope(Of(form, bus)));
        var (status, answer, _) = await PostAsync(Of(form, http));
        Assert.True(status == HttpStatusCode.OK, $"{status} {answer}");
        foreach (var order in new[] { bus, http })
            await Condition.HoldsAsync($"{order} is withdrawn", async () => await CountAsync("order_withdrawn", order) == 1);
    }

    [Theory]
    [InlineData("""{"orderId":"ORDER","amount":100000.5}""", "$.amount", false)]
    [InlineData("""{"orderId":"ORDER","amount":"99999.99"}""", "$.amount", false)]
    [InlineData("""{"orderId":"ORDER","amount":-100000}""", "$.amount", false)]
    [InlineData("""{"orderId":"ORDER","amount":0}""", "$.amount", false)]
    [InlineData("""{"order_id":"ORDER","amount":"-0.0"}""", "$.amount", false)]
    [InlineData("""{"orderId":"ORDER","amount":1e30}""", "$.amount", false)]
    [InlineData("""{"orderId":"ORDER","amount":"9223372036854775808"}""", "$.amount", false)]
    [InlineData("""{"orderId":"ORDER","amount":"NaN"}""", "$.amount", false)]
    [InlineData("""{"orderId":"ORDER","Amount":"Infinity"}""", "$.Amount", false)]
    [InlineData("""{"orderId":"ORDER","amount":"a lot"}""", "$.amount", true)]
    [InlineData("""{"orderId":"ORDER","amount":true}""", "$.amount", true)]
    [InlineData("""{"orderId":"ORDER","amount":{"value":100000}}""", "$.amount", true)]
    [InlineData("""{"orderId":"ORDER","amount":null}""", "$.amount", true)]
    [InlineData("""{"orderId":"ORDER"}""", "$.amount", true)]
    [InlineData("""{"orderId":["ORDER"],"amount":100000}""", "$.orderId", true)]
    [InlineData("""{"orderId":true,"amount":100000}""", "$.orderId", true)]
    [InlineData("""{"amount":100000}""", "$.orderId", true)]
    [InlineData("""{"orderId":"ORDER","amount":100000,"transactionId":{}}""", "$.transactionId", true)]
    [InlineData("""{"orderId":"ORDER","amount":100000,"withdrawn":"perhaps"}""", "$.withdrawn", true)]
    [InlineData("""{"orderId":"ORDER","amount":100000,"amount":1}""", "$.amount", true)]
    [InlineData("""{"orderId":"ORDER","order_id":"other","amount":100000}""", "$.order_id", true)]
    public async Task What_can_be_no_announcement_is_refused_with_its_JSON_path_over_bus_and_HTTP(string form, string path, bool aside)
    {
        await using var refusals = await HearRefusalsAsync();
        var (bus, http) = (NewOrder(), NewOrder());
        var id = await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, RawMessages.Envelope(Of(form, bus)));

        var (status, answer, type) = await PostAsync(Of(form, http));
        Assert.True(status == HttpStatusCode.BadRequest, $"{status} {answer}");
        Assert.Equal("application/problem+json", type);
        var problem = JsonDocument.Parse(answer).RootElement;
        Assert.Equal(path, problem.GetProperty("path").GetString());
        Assert.StartsWith(path, problem.GetProperty("detail").GetString());

        await Condition.HoldsAsync("the refusal is heard", () => refusals.Messages.Any(m => m.GetProperty("eventId").GetString() == id));
        var refused = refusals.Messages.First(m => m.GetProperty("eventId").GetString() == id);
        Assert.StartsWith(path, refused.GetProperty("reason").GetString());
        Assert.Equal("default", refused.GetProperty("merchant").GetString());
        if (!path.Contains("rder", StringComparison.Ordinal))
            Assert.Equal(bus, refused.GetProperty("orderId").GetString());
        if (aside)
            await AssertAsideAsync(id, path);
        foreach (var order in new[] { bus, http })
            Assert.Equal(0, await CountAsync("order_announced", order));
    }

    [Fact]
    public async Task A_refused_announcement_changes_nothing_and_a_refused_amount_alone_is_no_dead_letter()
    {
        await using var refusals = await HearRefusalsAsync();
        var order = NewOrder();
        await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, RawMessages.Envelope($$"""{"orderId":"{{order}}","amount":5000}"""));
        await Condition.HoldsAsync("the first counts", async () => await CountAsync("order_announced", order) == 1);
        var refused = await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, RawMessages.Envelope($$"""{"orderId":"{{order}}","amount":4999.5}"""));
        await refusals.WaitForAsync("ExpectPaymentRefused", order);
        // Whatever became of it has been done by the time that a later one is.
        var unreadable = await RawMessages.PublishAsync(system.AmqpUri, RawMessages.Announcements, "no JSON");
        await AssertAsideAsync(unreadable, "$");
        Assert.Equal(5000, await system.ReadAsync<long>($"select (data->>'due')::bigint from kkiaevents.mt_doc_order where data->>'orderId' = '{order}'"));
        Assert.DoesNotContain(await DeadAsync(), l => l.GetProperty("id").GetString() == refused);
    }

    private static string NewOrder() => Random.Shared.NextInt64(1_000_000_000_000, 9_000_000_000_000).ToString(CultureInfo.InvariantCulture);

    private static string Of(string form, string order) => form.Replace("ORDER", order, StringComparison.Ordinal);

    private async Task AssertAsideAsync(string id, string path)
    {
        var letter = await RawMessages.AsideAsync(system, id);
        Assert.Contains(path, letter.GetProperty("reason").GetString());
        Assert.Equal(Bus.Topology.AnnouncementsQueue, letter.GetProperty("origin").GetString());
        Assert.DoesNotContain(letter.GetProperty("headers").EnumerateObject(), h => h.Name == "x-first-death-queue");
    }

    private async Task<List<JsonElement>> DeadAsync() =>
        [.. JsonDocument.Parse(await system.Reader.GetStringAsync($"/api/v1/dead-letters/{Bus.Topology.DeadLetters}?limit=1000")).RootElement.EnumerateArray()];

    private Task<long> CountAsync(string type, string order) =>
        system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where type = '{type}' and data->>'orderId' = '{order}'");

    private async Task<(HttpStatusCode Status, string Answer, string? Type)> PostAsync(string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await system.Operator.PostAsync("/api/v1/expectations", content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType);
    }

    private async Task<HeardMessages> HearRefusalsAsync()
    {
        var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, "KkiaEvents.Contracts:ExpectPaymentRefused", "");
        return await HeardMessages.ConsumeAsync(connection, channel, queue);
    }
}
