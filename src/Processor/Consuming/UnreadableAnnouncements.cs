using KkiaEvents.Ledger.Orders;
using KkiaEvents.ServiceDefaults;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Answers announcements that can't be read: the shop believes its order to be guarded, and it is not.</summary>
internal sealed partial class UnreadableAnnouncements(RefusedAnnouncements refusals, Merchants merchants, ProcessorMetrics metrics, ILogger<UnreadableAnnouncements> log)
{
    /// <returns>True when the answer is all there is to it: it could be read, and what it says is refused.</returns>
    public async Task<bool> RefusedAsync(ReceiveContext delivery, UnreadableMessageException unreadable)
    {
        if (unreadable.InnerException is not AnnouncementException announcement)
            return false;
        metrics.AnnouncedUnreadably();
        // A name that can't be read is not the one that stands for none.
        var merchant = announcement.Merchant is { } named ? merchants.Named(named) ?? named : "";
        LogRefused(announcement.Message, announcement.OrderId ?? "?", $"{announcement.Merchant}/{announcement.OrderId}");
        await refusals.AnswerAsync(
            delivery, unreadable.MessageId, merchant, announcement.OrderId ?? "", announcement.Amount, announcement.TransactionId, announcement.Message);
        return announcement.IsReadable;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Announcement of order {OrderId} refused, so it guards nothing: {Problem} {CorrelationId}")]
    private partial void LogRefused(string problem, string orderId, string correlationId);
}
