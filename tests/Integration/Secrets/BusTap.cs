using System.Net.Http.Json;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace KkiaEvents.Tests.Integration.Secrets;

/// <summary>RabbitMQ's firehose: every message that anybody publishes or is given in a virtual host, headers and all.</summary>
internal sealed class BusTap : IAsyncDisposable
{
    private const string Firehose = "amq.rabbitmq.trace";

    private readonly IConnection _connection;

    private BusTap(IConnection connection) => _connection = connection;

    public static async Task<BusTap> OpenAsync(HttpClient management, string amqpUri, string virtualHost, Evidence evidence)
    {
        using var on = await management.PutAsJsonAsync($"api/vhosts/{virtualHost}", new { tracing = true });
        on.EnsureSuccessStatusCode();
        var connection = await new ConnectionFactory { Uri = new(amqpUri) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync(exclusive: true)).QueueName;
        await channel.QueueBindAsync(queue, Firehose, "#");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, e) =>
        {
            evidence.Add($"bus {e.RoutingKey} body", e.Body.ToArray());
            evidence.Add($"bus {e.RoutingKey} headers", Write(e.BasicProperties.Headers));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return new(connection);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static string Write(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        IDictionary<string, object?> table => string.Join('\n', table.Select(t => $"{t.Key}={Write(t.Value)}")),
        System.Collections.IEnumerable list and not string => string.Join(',', list.Cast<object?>().Select(Write)),
        _ => $"{value}",
    };
}
