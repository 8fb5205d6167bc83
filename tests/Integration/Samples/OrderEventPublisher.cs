using KkiaEvents.Contracts;
using MassTransit;

namespace KkiaEvents.Tests.Integration.Samples;

/// <summary>Publishes order events as the relay does: MassTransit's envelope, the event's id as the message's, and never into the void.</summary>
internal sealed class OrderEventPublisher : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private readonly IBusControl bus;

    private OrderEventPublisher(IBusControl bus) => this.bus = bus;

    public static async Task<OrderEventPublisher> StartAsync(string broker, CancellationToken cancellation)
    {
        var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(new Uri(broker)));
        await bus.StartAsync(cancellation);
        return new(bus);
    }

    /// <summary>Publishes until a queue is bound that takes it.</summary>
    public async Task PublishAsync<T>(T payment, CancellationToken cancellation)
        where T : OrderEvent
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Deadline);
        while (true)
        {
            try
            {
                await bus.Publish(payment, context =>
                {
                    context.MessageId = payment.EventId;
                    context.GetPayload<RabbitMqSendContext>().Mandatory = true;
                }, limit.Token);
                return;
            }
            catch (MessageReturnedException)
            {
                await Task.Delay(100, limit.Token);
            }
        }
    }

    public async ValueTask DisposeAsync() => await bus.StopAsync(CancellationToken.None);
}
