using System.Collections.Concurrent;
using KkiaEvents.Bus;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Counts the messages in hand: the broker counts what waits in its queues without them.</summary>
internal sealed class HeldMessages
{
    private readonly ConcurrentDictionary<string, long> _held = new(Topology.ConsumedQueues.Select(q => KeyValuePair.Create(q.Queue, 0L)));

    public HeldMessages(ProcessorMetrics metrics) => metrics.ShowHeld(_held);

    /// <summary>Counts a message until it is acknowledged or given back.</summary>
    public async Task HoldAsync(string queue, Func<Task> consume)
    {
        _held.AddOrUpdate(queue, 1, static (_, held) => held + 1);
        try
        {
            await consume();
        }
        finally
        {
            _held.AddOrUpdate(queue, 0, static (_, held) => held - 1);
        }
    }
}
