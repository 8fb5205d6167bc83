namespace KkiaEvents.Local.Backing;

/// <summary>Makes the broker and the database that a run, a test or a benchmark works with.</summary>
public static class LocalServices
{
    /// <summary>Picks the kind: what was asked for, else containers where a Docker engine answers and has (or can get) the images, else private.</summary>
    /// <param name="asked"><c>private</c>, <c>containers</c>, or null for no preference.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArgumentException"><paramref name="asked"/> is another word.</exception>
    public static async Task<ServicesKind> ChooseAsync(string? asked, CancellationToken cancellation = default) => asked switch
    {
        "private" => ServicesKind.Private,
        "containers" => await DockerEngine.IsUsableAsync(cancellation).ConfigureAwait(false)
            ? ServicesKind.Containers
            : throw new BackingServiceException("Docker does not answer, or can't get the images of RabbitMQ and PostgreSQL. Start it, or use private services."),
        null or "" => await DockerEngine.IsUsableAsync(cancellation).ConfigureAwait(false) ? ServicesKind.Containers : ServicesKind.Private,
        _ => throw new ArgumentException($"'{asked}' is not a kind of services: say private or containers.", nameof(asked)),
    };

    /// <summary>Prepares a broker and a database; call <see cref="BackingServices.StartAsync"/> to start them.</summary>
    /// <param name="directory">Where their state is kept: data, logs, passwords. Created when missing. Delete it to start afresh.</param>
    /// <param name="kind">Processes or containers.</param>
    /// <param name="options">How.</param>
    public static BackingServices In(string directory, ServicesKind kind, LocalServicesOptions options)
    {
        Directory.CreateDirectory(directory);
        return kind is ServicesKind.Private ? Private(directory, options) : ContainerServices.Create(directory, options);
    }

    /// <summary>Removes what stopped services kept for a directory, wherever that is, and the directory.</summary>
    /// <param name="directory">As given to <see cref="In"/>.</param>
    public static void Delete(string directory)
    {
        foreach (var pointer in Directory.EnumerateFiles(directory, ServiceDirectory.Pointer, SearchOption.AllDirectories))
            Directory.Delete(File.ReadAllText(pointer).Trim(), recursive: true);
        Directory.Delete(directory, recursive: true);
    }

    private static BackingServices Private(string directory, LocalServicesOptions options)
    {
        var state = ServicesState.LoadOrCreate(directory, options.Management);
        var broker = new BrokerEndpoint(state.BrokerPort, state.ManagementPort, state.User, state.BrokerPassword)
        {
            TlsPort = options.Tls is null ? null : LoopbackPort.Free(),
        };
        var database = new DatabaseEndpoint(state.DatabasePort, state.User, state.DatabasePassword);
        return new BackingServices(
            ServicesKind.Private,
            new PrivateRabbitMq(ServiceDirectory.For(directory, "rabbitmq", ServiceAccount.For("rabbitmq")), broker, options),
            broker,
            new PrivatePostgreSql(ServiceDirectory.For(directory, "postgres", ServiceAccount.For("postgres")), database, options),
            database);
    }
}

/// <summary>How a broker and a database are run.</summary>
public sealed record LocalServicesOptions
{
    /// <summary>True to survive a power cut (fsync on), as real money wants; false where a test may lose all.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>How long the broker lets a consumer hold a message before it takes it back; null for its own half an hour. Private services only.</summary>
    public TimeSpan? ConsumerTimeout { get; init; }

    /// <summary>True to run RabbitMQ's management interface and HTTP API as well.</summary>
    public bool Management { get; init; }

    /// <summary>What private servers prove themselves with, to who connects with TLS; null for plain text only. Containers have none.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>How long each may take until it accepts clients. Generous: a loaded machine is slow, not broken.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>A server's certificate and what belongs to it, each in PEM.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Key">Its private key.</param>
/// <param name="Authority">The certificate of who signed it.</param>
public sealed record TlsFiles(string Certificate, string Key, string Authority);
