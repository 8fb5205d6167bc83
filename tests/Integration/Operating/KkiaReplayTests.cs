using System.Text;
using System.Text.Json;
using KkiaEvents.Operations.Replaying;
using KkiaEvents.Tests.Integration.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary><c>kkia replay</c>, on the real ledger and broker.</summary>
public class KkiaReplayTests(Operators system) : IClassFixture<Operators>
{
    [Fact]
    public async Task A_dry_run_tells_what_would_go_and_changes_nothing()
    {
        var id = await PaidAsync();
        var before = await system.ReadAsync<long>("select max(seq_id) from kkiaevents.mt_events");
        var text = await system.KkiaAsync("replay", "--transaction", id);
        Assert.Equal(0, text.Code);
        Assert.Contains("OrderPaid", text.Output, StringComparison.Ordinal);
        Assert.Contains("5,000", text.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was published", text.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await system.KkiaAsync("replay", "--transaction", $"default/{id}", "--json")).Json.GetProperty("count").GetInt64());
        Assert.Equal(before, await system.ReadAsync<long>("select max(seq_id) from kkiaevents.mt_events"));
        await system.SettledAsync();
        Assert.Single(system.Outcomes.Of(id));
    }

    [Fact]
    public async Task Who_dedupes_by_event_does_nothing_twice_and_who_asks_for_replays_gets_every_run()
    {
        var id = await PaidAsync();
        var eventId = system.Outcomes.Of(id).Single().Text("eventId");
        var stored = await StoredAsync(id);
        var (dedupes, replayed) = (new HashSet<string?> { eventId }, new List<string>());
        await using var own = await OwnQueueAsync();

        foreach (var why in new[] { "accounting was down", "and once more" })
        {
            var run = (await system.KkiaAsync("replay", "--transaction", id, "--queue", own.Name, "--by", "ama", "--reason", why, "--confirm", "--json")).Json;
            var runId = run.GetProperty("started").GetProperty("runId").GetString()!;
            var message = (await own.Channel.BasicGetAsync(own.Name, autoAck: true, TestContext.Current.CancellationToken))!;
            var envelope = JsonSerializer.Deserialize<JsonElement>(message.Body.Span);
            Assert.False(dedupes.Add(envelope.GetProperty("message").GetProperty("eventId").GetString()));
            Assert.Equal((runId, "ama", eventId), (Header(message, ReplayHeaders.Run), Header(message, ReplayHeaders.By), Header(message, ReplayHeaders.OriginalMessageId)));
            replayed.Add(message.BasicProperties.MessageId!);
            Assert.Equal($"ama: {why}", await system.ReadAsync<string>(
                $"select data->>'by' || ': ' || (data->>'reason') from kkiaevents.mt_events where stream_id = 'operations/replay/{runId}' and type = 'replay_started'"));
        }

        Assert.Equal(2, replayed.Distinct().Count());
        Assert.DoesNotContain(eventId, replayed);
        Assert.Equal(stored, await StoredAsync(id));
        Assert.Single(system.Outcomes.Of(id));
    }

    [Fact]
    public async Task A_run_that_stopped_is_told_and_goes_on_where_it_was()
    {
        var ids = new[] { await PaidAsync(), await PaidAsync(), await PaidAsync() };
        await using var own = await OwnQueueAsync();
        var replay = system.Console.GetRequiredService<OutcomeReplay>();
        var run = await replay.StartAsync(new(new() { Types = ["OrderPaid"] }, "test", "stopping", own.Name, PerSecond: 1), TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => replay.PublishAsync(run, new Stopping(stop), stop.Token));
        var id = run.Started.RunId.ToString();

        var told = await system.KkiaAsync("replay", "--resume", id);
        Assert.Equal(0, told.Code);
        Assert.Contains("stopped at", told.Output, StringComparison.Ordinal);
        Assert.Equal(2, (int)(await own.Channel.MessageCountAsync(own.Name, TestContext.Current.CancellationToken)));
        Assert.Equal(2, (await system.KkiaAsync("replay", "--resume", id, "--queue", "another")).Code);

        var ended = (await system.KkiaAsync("replay", "--resume", id, "--confirm", "--by", "ama", "--json")).Json;
        Assert.True(ended.GetProperty("ended").GetProperty("completed").GetBoolean());
        Assert.True(run.Started.Outcomes >= ids.Length);
        Assert.Equal(run.Started.Outcomes, (long)await own.Channel.MessageCountAsync(own.Name, TestContext.Current.CancellationToken));
        var again = await system.KkiaAsync("replay", "--resume", id, "--confirm");
        Assert.Equal(1, again.Code);
        Assert.Contains("is complete", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_that_is_not_there_and_a_choice_that_fits_nothing_are_refused_and_not_recorded()
    {
        var id = await PaidAsync();
        var before = await system.ReadAsync<long>("select count(*) from kkiaevents.mt_events where type = 'replay_started'");
        var missing = await system.KkiaAsync("replay", "--transaction", id, "--queue", "no-such-queue", "--reason", "r", "--confirm");
        Assert.Equal((1, true), (missing.Code, missing.Error.Contains("no queue 'no-such-queue'", StringComparison.Ordinal)));
        Assert.Equal(1, (await system.KkiaAsync("replay", "--transaction", "nobody-knows", "--reason", "r", "--confirm")).Code);
        Assert.Equal(2, (await system.KkiaAsync("replay", "--transaction", id, "--confirm")).Code);
        Assert.Equal(2, (await system.KkiaAsync("replay", "--reason", "r", "--confirm")).Code);
        Assert.Equal(before, await system.ReadAsync<long>("select count(*) from kkiaevents.mt_events where type = 'replay_started'"));
    }

    private async Task<string> PaidAsync()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
        await Condition.HoldsAsync("it is stamped", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.deliveries where transaction_id = '{id}' and delivered_at is not null") == 1);
        return id;
    }

    private Task<string> StoredAsync(string id) => system.ReadAsync<string>(
        $"select (select string_agg(e.data::text, ';' order by version) from kkiaevents.mt_events e where stream_id = 'default/{id}') || (select string_agg(d::text, ';') from kkiaevents.deliveries d where transaction_id = '{id}')");

    private async Task<OwnQueue> OwnQueueAsync()
    {
        var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        return new(connection, channel, (await channel.QueueDeclareAsync(cancellationToken: TestContext.Current.CancellationToken)).QueueName);
    }

    private static string Header(BasicGetResult message, string name) => Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers![name]!);

    private sealed record OwnQueue(IConnection Connection, IChannel Channel, string Name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Channel.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }

    private sealed class Stopping(CancellationTokenSource stop) : IProgress<ReplayRun>
    {
        public void Report(ReplayRun value) => stop.Cancel();
    }
}
