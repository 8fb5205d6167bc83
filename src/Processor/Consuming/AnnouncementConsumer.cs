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
    OrderAnnouncements announcements, Merchants merchants, Announcers announcers, RefusedAnnouncements refusals, StoreRetry store, DueSignal due, HeldMessages held, ProcessorMetrics metrics, ILogger<AnnouncementConsumer> log) : IConsumer<ExpectPayment>
{
    public Task Consume(ConsumeContext<ExpectPayment> context) => held.HoldAsync(Topology.AnnouncementsQueue, () => TakeAsync(context));

    private async Task TakeAsync(ConsumeContext<ExpectPayment> context)
    {
        var user = context.TryGetPayload<RabbitMqBasicConsumeContext>(out var rabbit) ? rabbit.Properties.UserId : null;
        var merchant = merchants.Named(context.Message.Merchant);
        var result = merchant is not null
            ? announcers.ProblemOf(merchant, user) is { } stranger ? new(false, stranger) : await store.RunAsync(cancellation => announcements.AnnounceAsync(context.Message with { Merchant = merchant }, user, context.SentTime, cancellation), context.CancellationToken)
            : new(false, $"no merchant '{context.Message.Merchant}' is configured here, so the amount guards no payment.");
        metrics.Announced(result.Accepted);
        if (result.Problem is { } problem)
        {
            LogRefused(problem, context.Message.OrderId, $"{context.Message.Merchant}/{context.Message.OrderId}");
            var command = context.Message;
            await refusals.AnswerAsync(context.ReceiveContext, context.MessageId?.ToString(), merchant ?? command.Merchant, command.OrderId, command.Amount, command.TransactionId, problem);
        }
        else
        {
            due.Wake();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Announcement of order {OrderId} refused: {Problem} {CorrelationId}")]
    private partial void LogRefused(string problem, string orderId, string correlationId);
}

/// <summary>The endpoint of announcements.</summary>
internal sealed class AnnouncementConsumerDefinition : ConsumerDefinition<AnnouncementConsumer>
{
    private readonly ConsumedEndpoints _endpoints;

    public AnnouncementConsumerDefinition(ConsumedEndpoints endpoints)
    {
        _endpoints = endpoints;
        EndpointName = Topology.AnnouncementsQueue;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpoint, IConsumerConfigurator<AnnouncementConsumer> consumer, IRegistrationContext context)
    {
        endpoint.UseTopologyQueue(_endpoints);
        endpoint.PrefetchCount = 64;
        endpoint.ConcurrentMessageLimit = 16;
        var unreadable = context.GetRequiredService<UnreadableAnnouncements>();
        endpoint.ConfigureReceive(receive => receive.UseFilter(new ReadableMessages<ExpectPayment>(
            Topology.AnnouncementsQueue, new(AnnouncementReader.Read), context.GetRequiredService<DeadLetters>(), unreadable.RefusedAsync)));
    }
}
