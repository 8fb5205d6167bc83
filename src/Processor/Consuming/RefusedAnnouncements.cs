using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Processor.Relaying;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Answers a refused announcement on the bus. The announcement is held until the broker takes the answer, so an outage loses neither.</summary>
internal sealed partial class RefusedAnnouncements(OutcomePublisher publisher, TimeProvider time, ILogger<RefusedAnnouncements> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task AnswerAsync(ConsumeContext<ExpectPayment> announcement, string merchant, string problem)
    {
        var command = announcement.Message;
        // The merchant becomes a routing key: any other text could reach another merchant's subscribers, or nobody.
        if (!PaymentKey.IsMerchantName(merchant))
            return;
        var refused = new ExpectPaymentRefused
        {
            EventId = announcement.MessageId ?? Guid.NewGuid(),
            Merchant = merchant,
            OrderId = Beginning(command.OrderId ?? ""),
            Amount = command.Amount,
            TransactionId = command.TransactionId is { } id ? Beginning(id) : null,
            Reason = Beginning(problem),
            RefusedAt = time.GetUtcNow(),
        };
        while (!await TryAsync(refused, announcement.CancellationToken))
            await Task.Delay(Pause, time, announcement.CancellationToken);
    }

    // What was refused for its length must not be one that the broker refuses for its size.
    private static string Beginning(string text) => text.Length <= 500 ? text : text[..500] + "…";

    private async Task<bool> TryAsync(ExpectPaymentRefused refused, CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(Patience);
        try
        {
            await publisher.PublishAsync(refused, refused.Merchant, context => context.MessageId = refused.EventId, deadline.Token);
            return true;
        }
        catch (MessageReturnedException)
        {
            // Nobody is bound to it.
            return true;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogNotAnswered(refused.OrderId, e.Message, $"{refused.Merchant}/{refused.OrderId}");
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The refusal of order {OrderId}'s announcement can't be published right now, it is tried again: {Error} {CorrelationId}")]
    private partial void LogNotAnswered(string orderId, string error, string correlationId);
}
