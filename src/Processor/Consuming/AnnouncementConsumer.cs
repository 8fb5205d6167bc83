using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Processor.Following;
using KkiaEvents.Processor.Settling;
using KkiaEvents.ServiceDefaults;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Takes shops' announcements of what an order is due.</summary>
internal sealed partial class AnnouncementConsumer(
    OrderAnnouncements announcements, Merchants merchants, StoreRetry store, DueSignal due, ProcessorMetrics metrics, ILogger<AnnouncementConsumer> log) : IConsumer<ExpectPayment>
{
    public async Task Consume(ConsumeContext<ExpectPayment> context)
    {
        var result = merchants.Named(context.Message.Merchant) is { } merchant
            ? await store.RunAsync(cancellation => announcements.AnnounceAsync(context.Message with { Merchant = merchant }, by: null, context.SentTime, cancellation), context.CancellationToken)
            : new(false, $"no merchant '{context.Message.Merchant}' is configured here, so the amount guards no payment.");
        metrics.Announced(result.Accepted);
        if (result.Problem is { } problem)
            LogRefused(problem, context.Message.OrderId, $"{context.Message.Merchant}/{context.Message.OrderId}");
        else
            due.Wake();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Announcement of order {OrderId} refused: {Problem} {CorrelationId}")]
    private partial void LogRefused(string problem, string orderId, string correlationId);
}

/// <summary>The endpoint of announcements.</summary>
internal sealed class AnnouncementConsumerDefinition : ConsumerDefinition<AnnouncementConsumer>
{
    public AnnouncementConsumerDefinition() => EndpointName = Topology.AnnouncementsQueue;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpoint, IConsumerConfigurator<AnnouncementConsumer> consumer, IRegistrationContext context)
    {
        endpoint.UseTopologyQueue();
        endpoint.PrefetchCount = 64;
        endpoint.ConcurrentMessageLimit = 16;
    }
}
