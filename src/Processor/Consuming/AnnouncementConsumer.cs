using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Processor.Following;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Takes shops' announcements of what an order is due.</summary>
internal sealed partial class AnnouncementConsumer(
    OrderAnnouncements announcements, DueSignal due, ProcessorMetrics metrics, ILogger<AnnouncementConsumer> log) : IConsumer<ExpectPayment>
{
    public async Task Consume(ConsumeContext<ExpectPayment> context)
    {
        var result = await announcements.AnnounceAsync(context.Message, context.CancellationToken);
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
        // A database that is away is no message's fault: it is waited for here, unacknowledged.
        endpoint.UseMessageRetry(retry =>
        {
            retry.Exponential(int.MaxValue, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(500));
            retry.Handle<Exception>(e => e is not OperationCanceledException && LedgerFaults.Classify(e) != LedgerFault.Poison);
        });
    }
}
