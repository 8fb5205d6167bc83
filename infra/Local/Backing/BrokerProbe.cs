using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Local.Backing;

/// <summary>Waits until a broker takes clients: an open port says nothing, only a finished AMQP handshake does.</summary>
internal static class BrokerProbe
{
    /// <returns>The broker's version; null when <paramref name="giveUp"/> ended the wait.</returns>
    public static async Task<string?> WaitAsync(BrokerEndpoint endpoint, Task giveUp, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(endpoint.AmqpAddress()),
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        };
        while (!giveUp.IsCompleted)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(cancellation).ConfigureAwait(false);
                var version = connection.ServerProperties?["version"] as byte[] ?? [];
                await connection.CloseAsync(cancellation).ConfigureAwait(false);
                return Encoding.ASCII.GetString(version);
            }
            catch (Exception notYet) when (notYet is BrokerUnreachableException or AlreadyClosedException or IOException)
            {
                cancellation.ThrowIfCancellationRequested();
                await Task.WhenAny(giveUp, Task.Delay(100, cancellation)).ConfigureAwait(false);
            }
        }

        return null;
    }
}
