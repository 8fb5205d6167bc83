using System.Diagnostics;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.Observing;

/// <summary>What came over the bus about one series of payments. Written by one thread, read by others.</summary>
internal sealed class Arrivals(PaymentSeries series)
{
    private readonly Guid[] events = new Guid[series.Count];
    private int delivered;
    private int repeated;
    private int doubled;
    private int unexpected;

    public PaymentSeries Series { get; } = series;

    /// <summary>When each payment's OrderPaid came first, in Stopwatch's timestamps; 0 while it has not.</summary>
    public long[] At { get; } = new long[series.Count];

    /// <summary>Payments whose OrderPaid came.</summary>
    public int Delivered => Volatile.Read(ref delivered);

    /// <summary>Deliveries of an event that had come before, with the same id: at least once allows it, subscribers ignore it.</summary>
    public int Repeated => Volatile.Read(ref repeated);

    /// <summary>OrderPaid of a payment that had another one, with another id. Must be 0.</summary>
    public int Doubled => Volatile.Read(ref doubled);

    /// <summary>Other outcomes than OrderPaid, OrderPaid for another order or amount than the payment's, or of another series. Must be 0.</summary>
    public int Unexpected => Volatile.Read(ref unexpected);

    public bool Has(int number) => Volatile.Read(ref At[number]) != 0;

    public void Take(ObservedOutcome outcome)
    {
        var now = Stopwatch.GetTimestamp();
        var number = Series.NumberOf(outcome.TransactionId);
        if (number < 0 || outcome.Type != ObservedOutcome.Paid || outcome.Amount != PaymentSeries.Amount
            || outcome.OrderId != Series.OrderOf(outcome.TransactionId[Series.Prefix.Length..]))
        {
            unexpected++;
        }
        else if (At[number] == 0)
        {
            events[number] = outcome.EventId;
            Volatile.Write(ref At[number], now);
            Volatile.Write(ref delivered, delivered + 1);
        }
        else if (events[number] == outcome.EventId)
        {
            Volatile.Write(ref repeated, repeated + 1);
        }
        else
        {
            Volatile.Write(ref doubled, doubled + 1);
        }
    }

    /// <summary>Waits until so many payments' OrderPaid came, or until none came for a while.</summary>
    public async Task WaitAsync(int count, TimeSpan patience, CancellationToken cancellation)
    {
        var seen = Delivered;
        for (var lastNews = Stopwatch.GetTimestamp(); seen < count && Stopwatch.GetElapsedTime(lastNews) < patience;)
        {
            await Task.Delay(20, cancellation).ConfigureAwait(false);
            if (Delivered is var now && now > seen)
                (seen, lastNews) = (now, Stopwatch.GetTimestamp());
        }
    }
}
