using System.Text.Json;
using KkiaEvents.Bus;
using KkiaEvents.Tests.Integration.Infrastructure;
using KkiaEvents.Tests.Integration.Subscribing;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>Messages that wait for a person.</summary>
public class DeadLetterTests(Operators system) : IClassFixture<Operators>
{
    private const string Dead = $"/api/v1/dead-letters/{Topology.DeadLetters}";

    private const string Parked = $"/api/v1/dead-letters/{Topology.ParkedQueue}";

    [Fact]
    public async Task A_dead_letter_that_is_retried_is_processed_and_on_record()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        var messageId = await system.PutAsideAsync(id);
        var letter = await FindAsync(Dead, messageId);
        Assert.Equal((Topology.TransactionsQueue, "it was made to", "TransactionSucceeded", id),
            (letter.GetProperty("origin").GetString(), letter.GetProperty("reason").GetString(), letter.GetProperty("type").GetString(), letter.GetProperty("transactionId").GetString()));

        var (status, answer) = await Operators.PostAsync(system.Operator, $"{Dead}/{messageId}/retry");
        Assert.True(status == 200, $"{status} {answer}");
        await system.Outcomes.WaitForAsync(id);
        Assert.Equal(404, (await Operators.PostAsync(system.Operator, $"{Dead}/{messageId}/retry")).Status);
        Assert.Equal("test-Operate", await RecordedAsync(messageId, "dead_letter_retried", "by"));
    }

    [Fact]
    public async Task An_announcement_that_is_retried_still_counts_as_its_announcers()
    {
        var order = $"order-{Guid.NewGuid():n}";
        // As the broker dead-letters it: the user that sent it stays on it.
        var announcer = system.Services.BrokerEndpoint.User;
        var messageId = (await BrokerUsers.AnnounceAsync(system.AmqpUri, Topology.DeadLetters, new { merchant = "default", orderId = order, amount = 5000 }, announcer, origin: Topology.AnnouncementsQueue)).ToString();
        await FindAsync(Dead, messageId);
        var (status, answer) = await Operators.PostAsync(system.Operator, $"{Dead}/{messageId}/retry");
        Assert.True(status == 200, $"{status} {answer}");
        await Condition.HoldsAsync("the order is announced", async () =>
            await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where type = 'order_announced' and data->>'orderId' = '{order}'") == 1);
    }

    [Fact]
    public async Task Looking_any_number_of_times_loses_nothing()
    {
        var messages = new[] { await system.PutAsideAsync("looked-at-1"), await system.PutAsideAsync("looked-at-2") };
        // More often than the delivery limit that RabbitMQ 4 has by default.
        for (var i = 0; i < 25; i++)
        {
            foreach (var message in messages)
                await FindAsync(Dead, message);
        }
    }

    [Fact]
    public async Task A_parked_webhook_is_discarded_with_a_reason_and_its_body_stays_on_record()
    {
        const string body = """{"event":"transaction.unheard-of","transactionId":"parked-1"}""";
        using var taken = await system.PostAsync(body);
        Assert.True(taken.IsSuccessStatusCode);
        JsonElement letter = default;
        await Condition.HoldsAsync("it is parked", async () =>
        {
            letter = (await ListAsync(Parked)).FirstOrDefault();
            return letter.ValueKind == JsonValueKind.Object;
        });
        var id = letter.GetProperty("id").GetString()!;

        Assert.Equal(409, (await Operators.PostAsync(system.Operator, $"{Parked}/{id}/retry")).Status);
        Assert.Equal(400, (await Operators.PostAsync(system.Operator, $"{Parked}/{id}/discard", new { reason = "" })).Status);
        Assert.Equal(403, (await Operators.PostAsync(system.Reader, $"{Parked}/{id}/discard", new { reason = "not mine to say" })).Status);
        await FindAsync(Parked, id);

        var (status, answer) = await Operators.PostAsync(system.Operator, $"{Parked}/{id}/discard", new { reason = "a test of KKiaPay's" });
        Assert.True(status == 200, $"{status} {answer}");
        Assert.Empty(await ListAsync(Parked));
        Assert.Equal("a test of KKiaPay's", await RecordedAsync(id, "dead_letter_discarded", "reason"));
        Assert.Contains("transaction.unheard-of", await RecordedAsync(id, "dead_letter_discarded", "body"));
    }

    private async Task<JsonElement> FindAsync(string box, string id)
    {
        JsonElement found = default;
        // Just after a look the broker may still be taking messages back.
        await Condition.HoldsAsync($"{id} is in {box}", async () =>
        {
            found = (await ListAsync(box)).FirstOrDefault(l => l.GetProperty("id").GetString() == id);
            return found.ValueKind == JsonValueKind.Object;
        });
        return found;
    }

    private async Task<List<JsonElement>> ListAsync(string box) =>
        [.. JsonDocument.Parse(await system.Reader.GetStringAsync(box)).RootElement.EnumerateArray()];

    private Task<string> RecordedAsync(string id, string type, string field) =>
        system.ReadAsync<string>($"select data->>'{field}' from kkiaevents.mt_events where stream_id = 'operations/dead-letter/{id}' and type = '{type}'");
}
