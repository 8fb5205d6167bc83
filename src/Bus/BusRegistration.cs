using MassTransit;

namespace KkiaEvents.Bus;

/// <summary>How every service here connects to the bus.</summary>
public static class BusRegistration
{
    /// <summary>Connects a service to RabbitMQ. MassTransit's own telemetry would tell its makers about our queues: it is off.</summary>
    /// <param name="bus">MassTransit's registration.</param>
    /// <param name="address">Where the broker is.</param>
    /// <param name="connectionName">What the broker's management page shows for the connection.</param>
    /// <param name="configure">What else the bus has: its endpoints.</param>
    public static void UseKkiaEventsBroker(
        this IBusRegistrationConfigurator bus, BusAddress address, string connectionName, Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>? configure = null)
    {
        bus.DisableUsageTelemetry();
        bus.UsingRabbitMq((context, rabbit) =>
        {
            rabbit.UseKkiaEventsHost(address, connectionName);
            configure?.Invoke(context, rabbit);
        });
    }

    /// <summary>Sets host and serializer.</summary>
    /// <param name="bus">MassTransit's RabbitMQ configuration.</param>
    /// <param name="address">Where the broker is.</param>
    /// <param name="connectionName">What the broker's management page shows for the connection.</param>
    public static void UseKkiaEventsHost(this IRabbitMqBusFactoryConfigurator bus, BusAddress address, string connectionName)
    {
        bus.Host(address.Uri.Host, address.Port, address.VirtualHost, connectionName, host =>
        {
            host.Username(address.User);
            host.Password(address.Password);
            // A peer that is frozen or unplugged is noticed within seconds, not minutes.
            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.RequestedConnectionTimeout(TimeSpan.FromSeconds(5));
            if (address.Tls)
                host.UseSsl(tls =>
                {
                    tls.ServerName = address.Uri.Host;
                    // The system's choice; MassTransit's own is TLS 1.2 alone.
                    tls.Protocol = System.Security.Authentication.SslProtocols.None;
                    tls.EnforcePolicyErrors(System.Net.Security.SslPolicyErrors.RemoteCertificateChainErrors | System.Net.Security.SslPolicyErrors.RemoteCertificateNameMismatch);
                    tls.CertificateValidationCallback = address.Check().Accepts;
                });
        });
        bus.ConfigureJsonSerializerOptions(json =>
        {
            json.WriteIndented = false;
            return json;
        });
    }
}
