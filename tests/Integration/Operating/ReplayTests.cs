using System.Text;
using System.Text.Json;
using KkiaEvents.Operations.Replaying;
using KkiaEvents.Tests.Integration.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>Outcomes on the bus again: who dedupes by event id sees nothing new, who asks for replays gets every run.</summary>
public class ReplayTests(Operators system) : IClassFixture<Operators>
{
    [Fact]
    public async Task Two_replays_arrive_as_two_messages_of_one_event_and_change_nothing_in_the_ledger()
    {
        var id = await PaidAsync();
        var original = system.Outcomes.Of(id).Single();
        var (events, deliveries) = (await EventsAsync(id), await DeliveryAsync(id));

        var first = await ReplayAsync(id);
        var second = await ReplayAsync(id);
        await Condition.HoldsAsync("the original and both copies arrived", () => system.Outcomes.Of(id).Count == 3);

        var received = system.Outcomes.Of(id);
        Assert.Single(received.DistinctBy(r => r.Text("eventId")));
        Assert.Equal(3, received.DistinctBy(r => r.MessageId).Count());
        Assert.All(received, r => Assert.True(JsonElement.DeepEquals(original.Message, r.Message)));
        Assert.Equal(events, await EventsAsync(id));
        Assert.Equal(deliveries, await DeliveryAsync(id));
        foreach (var run in new[] { first, second })
            Assert.Equal("replay_started,replay_progressed,replay_ended",
                await system.ReadAsync<string>($"select string_agg(type, ',' order by version) from kkiaevents.mt_events where stream_id = 'operations/replay/{run}'"));
        Assert.Equal(0, await system.ReadAsync<long>("select count(*) from kkiaevents.mt_doc_payment where id like 'operations/%'"));
    }

    [Fact]
    public async Task A_replay_to_one_queue_says_what_it_is_in_both_kinds_of_headers_and_reaches_nobody_else()
    {
        var id = await PaidAsync();
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        var queue = (await channel.QueueDeclareAsync(cancellationToken: TestContext.Current.CancellationToken)).QueueName;

        var run = await ReplayAsync(id, queue);
        var message = await channel.BasicGetAsync(queue, autoAck: true, TestContext.Current.CancellationToken);
        Assert.NotNull(message);
        var envelope = JsonSerializer.Deserialize<JsonElement>(message.Body.Span);
        var eventId = envelope.GetProperty("message").GetProperty("eventId").GetString();
        var expected = new Dictionary<string, string?> { [ReplayHeaders.Run] = run, [ReplayHeaders.By] = "test-Operate", [ReplayHeaders.OriginalMessageId] = eventId };
        foreach (var (name, value) in expected)
        {
            Assert.Equal(value, envelope.GetProperty("headers").GetProperty(name).GetString());
            Assert.Equal(value, Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers![name]!));
        }

        Assert.Equal(message.BasicProperties.MessageId, envelope.GetProperty("messageId").GetString());
        Assert.NotEqual(eventId, message.BasicProperties.MessageId);
        await system.SettledAsync();
        Assert.Single(system.Outcomes.Of(id));
    }

    [Fact]
    public async Task Without_confirm_a_replay_counts_and_publishes_nothing()
    {
        var id = await PaidAsync();
        var (status, sums) = await Operators.PostAsync(system.Operator, "/api/v1/replays", new { selection = new { transactionId = id } });
        Assert.Equal(200, status);
        var sum = Assert.Single(sums.GetProperty("sums").EnumerateArray());
        Assert.Equal(("OrderPaid", 1, 5000), (sum.GetProperty("type").GetString(), sum.GetProperty("count").GetInt64(), sum.GetProperty("amount").GetInt64()));
        await system.SettledAsync();
        Assert.Single(system.Outcomes.Of(id));
    }

    [Fact]
    public async Task A_run_that_stopped_goes_on_where_it_was()
    {
        var prefix = $"r{Guid.NewGuid():n}"[..12];
        await system.Provider.PayManyAsync(prefix, 6);
        for (var i = 0; i < 6; i++)
        {
            await system.NotifyAsync(prefix + i, order: prefix + i);
            await system.Outcomes.WaitForAsync(prefix + i);
        }

        await system.SettledAsync();
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        var queue = (await channel.QueueDeclareAsync(cancellationToken: TestContext.Current.CancellationToken)).QueueName;
        var replay = system.Console.GetRequiredService<OutcomeReplay>();
        var run = await replay.StartAsync(new(new() { Types = ["OrderPaid"] }, "test", "stopping", queue, PerSecond: 1), TestContext.Current.CancellationToken);

        // Stopped after its first page, of two.
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => replay.PublishAsync(run, new Reaction(stop.Cancel), stop.Token));
        var stopped = await system.Console.GetRequiredService<ReplayRuns>().FindAsync(run.Started.RunId, TestContext.Current.CancellationToken);
        Assert.Equal((false, 2L), (stopped!.Ended!.Completed, stopped.Published));

        var resumed = await replay.ResumeAsync(run.Started.RunId, "test", TestContext.Current.CancellationToken);
        var ended = await replay.PublishAsync(resumed with { Started = resumed.Started with { PerSecond = 5000 } }, null, TestContext.Current.CancellationToken);
        Assert.Equal((true, run.Started.Outcomes), (ended.Ended!.Completed, ended.Published));
        var ids = new List<string>();
        while (await channel.BasicGetAsync(queue, autoAck: true, TestContext.Current.CancellationToken) is { } message)
            ids.Add(message.BasicProperties.MessageId!);
        Assert.Equal(run.Started.Outcomes, ids.Count);
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("""{ "selection": { "transaction": "misspelt" } }""", 400)]
    [InlineData("""{ "selection": { "types": ["OrderShipped"] } }""", 400)]
    [InlineData("""{ "selection": { "transactionId": "nobody-knows" }, "confirm": true, "reason": "r" }""", 404)]
    [InlineData("""{ "selection": {}, "confirm": true, "reason": " " }""", 400)]
    [InlineData("""{ "selection": {}, "confirm": true, "reason": "r", "queue": "no-such-queue" }""", 404)]
    public async Task A_replay_that_makes_no_sense_is_refused_with_the_reason(string wish, int expected)
    {
        await PaidAsync();
        var (status, problem) = await Operators.PostAsync(system.Operator, "/api/v1/replays", JsonSerializer.Deserialize<JsonElement>(wish));
        Assert.True(expected == status, $"{status} {problem}");
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    private async Task<string> PaidAsync()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
        await Condition.HoldsAsync("it is stamped", async () => await DeliveryAsync(id) != "");
        return id;
    }

    private async Task<string> ReplayAsync(string transactionId, string? queue = null)
    {
        var (status, run) = await Operators.PostAsync(
            system.Operator, "/api/v1/replays", new { selection = new { merchant = "default", transactionId }, reason = "a subscriber lost it", confirm = true, queue });
        Assert.True(status == 202, $"{status} {run}");
        var id = run.GetProperty("started").GetProperty("runId").GetString()!;
        await Condition.HoldsAsync("the run is complete", async () =>
        {
            var now = JsonDocument.Parse(await system.Reader.GetStringAsync($"/api/v1/replays/{id}")).RootElement;
            return now.GetProperty("ended") is { ValueKind: JsonValueKind.Object } ended && ended.GetProperty("completed").GetBoolean();
        });
        return id;
    }

    private Task<long> EventsAsync(string id) => system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'default/{id}'");

    private Task<string> DeliveryAsync(string id) =>
        system.ReadAsync<string>($"select coalesce(string_agg(d::text, ';'), '') from kkiaevents.deliveries d where transaction_id = '{id}' and delivered_at is not null");

    private sealed class Reaction(Action act) : IProgress<ReplayRun>
    {
        public void Report(ReplayRun value) => act();
    }
}
