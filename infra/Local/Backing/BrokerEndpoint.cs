namespace KkiaEvents.Local.Backing;

/// <summary>Where a broker listens on 127.0.0.1, and the account that may do anything there.</summary>
/// <param name="Port">AMQP port.</param>
/// <param name="ManagementPort">Port of the management HTTP API; null when that plugin is off.</param>
/// <param name="User">User name: letters and digits.</param>
/// <param name="Password">Password: letters and digits, so that it needs no escaping in a URI.</param>
public sealed record BrokerEndpoint(int Port, int? ManagementPort, string User, string Password)
{
    /// <summary>The virtual host that exists from the start.</summary>
    public const string DefaultVirtualHost = "kkiaevents";

    /// <summary>The port that speaks TLS; null when none does.</summary>
    public int? TlsPort { get; init; }

    /// <summary>The AMQP address of a virtual host, as <c>ConnectionStrings__RabbitMq</c> takes it.</summary>
    /// <param name="virtualHost">Its name, unescaped.</param>
    public string AmqpAddress(string virtualHost = DefaultVirtualHost) =>
        $"amqp://{User}:{Password}@127.0.0.1:{Port}/{Uri.EscapeDataString(virtualHost)}";

    /// <summary>The same broker for one service, with its own user.</summary>
    /// <param name="service">ingress, processor, operations, subscriber.</param>
    public BrokerEndpoint As(string service) => this with { User = $"kkiaevents-{service}", Password = ServicePassword.Of(service, Password) };
}
