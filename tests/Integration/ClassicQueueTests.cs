using System.Net;
using KkiaEvents.Bus;
using KkiaEvents.Tests.Integration.Infrastructure;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration;

public sealed class ClassicQueueInstallation(Services services) : Installation(services)
{
    protected override int Processors => 0;

    protected override bool Subscribed => false;

    protected override bool OneUser => true;
}

/// <summary>Ingress with the rights of its own user, which may not declare the Processor's queue and so does not see of which type it is.</summary>
public sealed class ClassicQueueOfTwoUsers(Services services) : Installation(services)
{
    protected override int Processors => 0;

    protected override bool Subscribed => false;
}

/// <summary>Somebody made the work queue before us, as a classic queue: it is named with the way out, and no webhook goes into it.</summary>
public class ClassicQueueTests(ClassicQueueInstallation one, ClassicQueueOfTwoUsers two) : IClassFixture<ClassicQueueInstallation>, IClassFixture<ClassicQueueOfTwoUsers>
{
    private const string Queue = Topology.TransactionsQueue;

    [Fact]
    public async Task Ingress_names_it_and_spools_until_it_is_deleted()
    {
        await using var connection = await new ConnectionFactory { Uri = new(one.AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await MakeClassicAsync(connection);
        await Condition.HoldsAsync("Ingress names the queue and the way out", async () => await IsSaidAsync(one, $"Queue '{Queue}'", "was made as a classic queue", "delete_queue"));

        for (var n = 0; n < 5; n++)
        {
            using var taken = await one.PostAsync(Installation.Body($"classic_{n}"));
            Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        }

        Assert.Equal(0u, await channel.MessageCountAsync(Queue));
        await channel.QueueDeleteAsync(Queue);
        await Condition.HoldsAsync("what was spooled is in the queue as it must be", async () => await CountAsync(connection) == 5);
        await Condition.HoldsAsync("Ingress is healthy", async () => (await one.Ingress.GetStringAsync("/health/ready")).StartsWith("""{"status":"Healthy",""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_Processor_names_it_and_Ingress_without_the_right_to_see_it_spools_as_well()
    {
        await using var connection = await new ConnectionFactory { Uri = new(two.AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await MakeClassicAsync(connection);
        await using var processor = await two.StartUnreadyProcessorAsync();
        using var http = new HttpClient { BaseAddress = new(processor.Urls.First()) };
        await Condition.HoldsAsync("the Processor names the queue and the way out", async () =>
        {
            using var answer = await http.GetAsync("/health/ready");
            var said = await answer.Content.ReadAsStringAsync();
            return said.Contains("was made as a classic queue", StringComparison.Ordinal) && said.Contains("delete_queue", StringComparison.Ordinal);
        });

        using (var taken = await two.PostAsync(Installation.Body("classic")))
            Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        await Condition.HoldsAsync("Ingress says that nothing takes webhooks", async () => await IsSaidAsync(two, "No queue takes webhooks", Queue));
        Assert.Equal(0u, await channel.MessageCountAsync(Queue));
        await channel.QueueDeleteAsync(Queue);
        await Condition.HoldsAsync("Ingress is healthy", async () => (await two.Ingress.GetStringAsync("/health/ready")).StartsWith("""{"status":"Healthy",""", StringComparison.Ordinal));
    }

    private static async Task MakeClassicAsync(IConnection connection)
    {
        await Condition.HoldsAsync("the queue is a classic one", async () =>
        {
            // Ingress makes its own again within seconds, when it may: who is first has it.
            await using var own = await connection.CreateChannelAsync();
            try
            {
                await own.QueueDeleteAsync(Queue);
                await own.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "classic" });
                await own.QueueBindAsync(Queue, Queue, "");
                return true;
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                return false;
            }
        });
    }

    private static async Task<uint> CountAsync(IConnection connection)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return await channel.MessageCountAsync(Queue);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return 0;
        }
    }

    private static async Task<bool> IsSaidAsync(Installation system, params string[] words)
    {
        var said = await system.Ingress.GetStringAsync("/health/ready");
        return !said.StartsWith("""{"status":"Healthy",""", StringComparison.Ordinal) && words.All(w => said.Contains(w, StringComparison.Ordinal));
    }
}
