using System.Globalization;
using KkiaEvents.Local.Backing;

namespace KkiaEvents.Tests.Chaos;

/// <summary>
/// How long RabbitMQ lets a consumer hold a message: half an hour as it comes, far less where an administrator says so. Channels
/// that are opened while it is short have the short one. It goes back to what it was at the end.
/// </summary>
internal sealed class ConsumerTimeout : IAsyncDisposable
{
    private readonly IBrokerService _broker;

    private ConsumerTimeout(IBrokerService broker) => _broker = broker;

    public static async Task<ConsumerTimeout> ShortenAsync(IBrokerService broker, TimeSpan to)
    {
        // The broker looks every minute for what is held too long: each second is nearer to what the setting says.
        await broker.ControlAsync("eval", string.Create(CultureInfo.InvariantCulture, $"application:set_env(rabbit, consumer_timeout, {to.TotalMilliseconds:0}), application:set_env(rabbit, channel_tick_interval, 1000)."));
        return new(broker);
    }

    public async ValueTask DisposeAsync() =>
        await _broker.ControlAsync("eval", "application:set_env(rabbit, consumer_timeout, 1800000), application:set_env(rabbit, channel_tick_interval, 60000).");
}
