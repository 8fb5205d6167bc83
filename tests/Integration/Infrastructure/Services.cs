using KkiaEvents.Local.Backing;
using KkiaEvents.Tests.Integration.Infrastructure;

[assembly: AssemblyFixture(typeof(Services))]

namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>
/// One RabbitMQ and one PostgreSQL for the whole run: containers where a Docker engine has them, else private processes;
/// KKIAEVENTS_TEST_SERVICES=private|containers decides otherwise. A test class takes a virtual host and a database of its own.
/// </summary>
public sealed class Services : IAsyncLifetime
{
    private const string KindVariable = "KKIAEVENTS_TEST_SERVICES";
    private readonly string directory = Path.Combine(Path.GetTempPath(), $"kkiaevents-{Guid.NewGuid():n}");
    private BackingServices? backing;
    private BrokerManagement? management;

    public ServicesKind Kind => Backing.Kind;

    public IBrokerService Broker => Backing.Broker;

    public IBackingService Database => Backing.Database;

    public BrokerEndpoint BrokerEndpoint => Backing.BrokerEndpoint;

    public DatabaseEndpoint DatabaseEndpoint => Backing.DatabaseEndpoint;

    private BackingServices Backing => backing ?? throw new InvalidOperationException("The services are not started.");

    public async ValueTask InitializeAsync()
    {
        var kind = await LocalServices.ChooseAsync(Environment.GetEnvironmentVariable(KindVariable));
        backing = LocalServices.In(directory, kind, new LocalServicesOptions { Durable = false, Management = true });
        await backing.StartAsync();
        management = new BrokerManagement(backing.BrokerEndpoint);
    }

    /// <summary>Makes an empty virtual host.</summary>
    /// <returns>Its AMQP address.</returns>
    public Task<string> CreateVirtualHostAsync(string name, CancellationToken cancellation = default) =>
        management!.CreateVirtualHostAsync(name, cancellation);

    /// <summary>Gives each service its user in a virtual host, and declares the topology there.</summary>
    /// <returns>The virtual host's AMQP address for a service (ingress, processor, operations, subscriber).</returns>
    public async Task<Func<string, string>> ImportDefinitionsAsync(string virtualHost, CancellationToken cancellation = default)
    {
        await management!.ImportDefinitionsAsync(virtualHost, cancellation);
        return service => BrokerEndpoint.As(service).AmqpAddress(virtualHost);
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public Task<string> CreateDatabaseAsync(string name, CancellationToken cancellation = default) =>
        DatabaseEndpoint.CreateDatabaseAsync(name, cancellation);

    /// <summary>A name that no other class or run uses: lower-case letters, digits and underscores.</summary>
    public static string UniqueName(string prefix) => $"{prefix}_{Guid.NewGuid():n}"[..Math.Min(prefix.Length + 13, 60)];

    public async ValueTask DisposeAsync()
    {
        management?.Dispose();
        if (backing is not null)
            await backing.DisposeAsync();
        if (Directory.Exists(directory))
            LocalServices.Delete(directory);
    }
}
