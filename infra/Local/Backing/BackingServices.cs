namespace KkiaEvents.Local.Backing;

/// <summary>One broker and one database, started together.</summary>
public sealed class BackingServices : IAsyncDisposable
{
    /// <summary>Names what is handed over; nothing is started yet.</summary>
    internal BackingServices(
        ServicesKind kind,
        IBrokerService broker,
        BrokerEndpoint brokerEndpoint,
        IBackingService database,
        DatabaseEndpoint databaseEndpoint)
    {
        Kind = kind;
        Broker = broker;
        BrokerEndpoint = brokerEndpoint;
        Database = database;
        DatabaseEndpoint = databaseEndpoint;
    }

    /// <summary>Private processes or containers.</summary>
    public ServicesKind Kind { get; }

    /// <summary>RabbitMQ.</summary>
    public IBrokerService Broker { get; }

    /// <summary>Where RabbitMQ listens.</summary>
    public BrokerEndpoint BrokerEndpoint { get; }

    /// <summary>PostgreSQL.</summary>
    public IBackingService Database { get; }

    /// <summary>Where PostgreSQL listens.</summary>
    public DatabaseEndpoint DatabaseEndpoint { get; }

    /// <summary>Starts both at once, and creates the database that the ledger uses.</summary>
    /// <exception cref="BackingServiceException">One did not start; both are stopped then.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        try
        {
            await Task.WhenAll(Broker.StartAsync(cancellation), StartDatabaseAsync(cancellation)).ConfigureAwait(false);
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops the broker, then the database, so that nobody who still writes finds the database gone.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Broker.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await Database.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task StartDatabaseAsync(CancellationToken cancellation)
    {
        await Database.StartAsync(cancellation).ConfigureAwait(false);
        await DatabaseEndpoint.CreateDatabaseAsync(DatabaseEndpoint.DefaultDatabase, cancellation).ConfigureAwait(false);
    }
}

/// <summary>Where the broker and the database run.</summary>
public enum ServicesKind
{
    /// <summary>Processes of their own on free loopback ports, from the system's packages.</summary>
    Private,

    /// <summary>Containers, by the Docker engine that answers.</summary>
    Containers,
}
