using DotNet.Testcontainers.Configurations;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace KkiaEvents.Local.Backing;

/// <summary>
/// RabbitMQ and PostgreSQL as containers. Their ports are chosen by us and published on 127.0.0.1 only: Docker would
/// give others after a restart, and would publish them to the whole network.
/// </summary>
internal static class ContainerServices
{
    public const string BrokerImage = "rabbitmq:4-management";
    public const string DatabaseImage = "postgres:17";
    private const int AmqpPort = 5672;
    private const int ManagementPort = 15672;
    private const int PostgreSqlPort = 5432;

    public static BackingServices Create(string directory, LocalServicesOptions options)
    {
        // Testcontainers' reaper is an image of its own to pull; what a killed run leaves has a name, and the next run removes it.
        if (options.Durable)
            TestcontainersSettings.ResourceReaperEnabled = false;
        var state = ServicesState.LoadOrCreate(directory, options.Management);
        var broker = new BrokerEndpoint(state.BrokerPort, state.ManagementPort, state.User, state.BrokerPassword);
        var database = new DatabaseEndpoint(state.DatabasePort, state.User, state.DatabasePassword);
        var name = $"kkiaevents-{ServiceDirectory.For(directory, "containers", new ServiceAccount(null)).Id}";
        return new BackingServices(
            ServicesKind.Containers,
            new ContainerBroker($"{name}-rabbitmq", () => Broker($"{name}-rabbitmq", broker, options), giveUp => ProbeAsync($"{name}-rabbitmq", broker, giveUp), options),
            broker,
            new ContainerService($"{name}-postgres", () => Database($"{name}-postgres", database, options), giveUp => ProbeAsync(database, giveUp), options),
            database);
    }

    private static RabbitMqContainer Broker(string name, BrokerEndpoint endpoint, LocalServicesOptions options)
    {
        var builder = new RabbitMqBuilder(BrokerImage)
            .WithName(name)
            .WithLogger(NullLogger.Instance)
            .WithHostname("kkiaevents") // The node's name, and so its data folder, hang on it.
            .WithUsername(endpoint.User)
            .WithPassword(endpoint.Password)
            .WithEnvironment("RABBITMQ_DEFAULT_VHOST", BrokerEndpoint.DefaultVirtualHost)
            .WithPortBinding(endpoint.Port, AmqpPort)
            .WithCreateParameterModifier(OnLoopback);
        if (endpoint.ManagementPort is { } management)
            builder = builder.WithPortBinding(management, ManagementPort);
        return (options.Durable ? builder.WithVolumeMount(name, "/var/lib/rabbitmq") : builder).Build();
    }

    private static PostgreSqlContainer Database(string name, DatabaseEndpoint endpoint, LocalServicesOptions options)
    {
        var durable = options.Durable ? "on" : "off";
        var builder = new PostgreSqlBuilder(DatabaseImage)
            .WithName(name)
            .WithLogger(NullLogger.Instance)
            .WithUsername(endpoint.User)
            .WithPassword(endpoint.Password)
            .WithPortBinding(endpoint.Port, PostgreSqlPort)
            // Testcontainers' own defaults turn all three off; a commit must outlive a killed server in tests too.
            .WithCommand("-c", "max_connections=200", "-c", "synchronous_commit=on")
            .WithCommand("-c", $"fsync={durable}", "-c", $"full_page_writes={durable}")
            .WithCreateParameterModifier(OnLoopback);
        return (options.Durable ? builder.WithVolumeMount(name, "/var/lib/postgresql/data") : builder).Build();
    }

    private static void OnLoopback(Docker.DotNet.Models.CreateContainerParameters parameters)
    {
        foreach (var binding in parameters.HostConfig!.PortBindings!.Values.SelectMany(bindings => bindings))
            binding.HostIP = "127.0.0.1";
    }

    private static async Task<string> ProbeAsync(string name, BrokerEndpoint endpoint, CancellationToken giveUp)
    {
        var version = await BrokerProbe.WaitAsync(endpoint, Task.Delay(Timeout.Infinite, giveUp), giveUp).ConfigureAwait(false);
        await DockerEngine.ImportDefinitionsAsync(name, BrokerDefinitions.For(endpoint, BrokerEndpoint.DefaultVirtualHost), giveUp).ConfigureAwait(false);
        return $"RabbitMQ {version}, container, 127.0.0.1:{endpoint.Port}";
    }

    private static async Task<string> ProbeAsync(DatabaseEndpoint endpoint, CancellationToken giveUp)
    {
        var version = await DatabaseProbe.WaitAsync(endpoint, giveUp).ConfigureAwait(false);
        return $"PostgreSQL {version}, container, 127.0.0.1:{endpoint.Port}";
    }
}
