using KkiaEvents.Bus;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Operations;

/// <summary>One connection to the broker, opened when it is first needed and again after it broke: operators' work is rare.</summary>
public sealed class BrokerConnection(BusAddress address) : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private IConnection? _connection;

    /// <summary>A channel on which a publish returns after the broker's confirm, and throws when the broker refuses or returns the message.</summary>
    /// <exception cref="BrokerUnreachableException">The broker can't be reached, or refuses the user.</exception>
    internal async Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_connection is not { IsOpen: true })
            {
                if (_connection is not null)
                    await _connection.DisposeAsync();
                _connection = null;
                var factory = address.Factory("kkiaevents-operations");
                factory.RequestedHeartbeat = TimeSpan.FromSeconds(10);
                factory.AutomaticRecoveryEnabled = false;
                _connection = await factory.CreateConnectionAsync(cancellationToken);
            }

            return await _connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>True when an error says that the broker can't be reached now, so that trying again later makes sense.</summary>
    public static bool IsUnavailable(Exception exception) =>
        exception is BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _one.Dispose();
    }
}
