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

    /// <summary>Answers one. Returns once the broker has the answer, or says that nobody wants it.</summary>
    /// <param name="announcement">The announcement's delivery.</param>
    /// <param name="messageId">The id in its envelope; null when it has none.</param>
    /// <param name="merchant">The merchant, as far as it is known.</param>
    /// <param name="orderId">The order that it names; empty when it names none that can be read.</param>
    /// <param name="amount">The amount that it names; 0 when it names none that can be read.</param>
    /// <param name="transactionId">The transaction that it names; null when it names none that can be read.</param>
    /// <param name="problem">Why it is refused.</param>
    public async Task AnswerAsync(ReceiveContext announcement, string? messageId, string merchant, string orderId, long amount, string? transactionId, string problem)
    {
        // The merchant becomes a routing key: any other text could reach another merchant's subscribers, or nobody.
        if (!PaymentKey.IsMerchantName(merchant))
            return;
        var refused = new ExpectPaymentRefused
        {
            EventId = IdOf(announcement, messageId),
            Merchant = merchant,
            OrderId = Beginning(orderId),
            Amount = amount,
            TransactionId = transactionId is null ? null : Beginning(transactionId),
            Reason = Beginning(problem),
            RefusedAt = time.GetUtcNow(),
        };
        while (!await TryAsync(refused, announcement.CancellationToken))
            await Task.Delay(Pause, time, announcement.CancellationToken);
    }

    private static Guid IdOf(ReceiveContext announcement, string? messageId) =>
        Guid.TryParse(messageId, out var id)
        || (announcement.TryGetPayload<RabbitMqBasicConsumeContext>(out var rabbit) && Guid.TryParse(rabbit.Properties.MessageId, out id))
            ? id
            : Guid.NewGuid();

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
