using KkiaEvents.Bench.Load;
using KkiaEvents.Bench.Observing;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.ExactlyOnce;

/// <summary>What every trial works with, and how it is judged.</summary>
internal sealed record Trial(BenchSystem System, Subscriber Subscriber, WebhookQueue Queue, Random Chance)
{
    // Longer than any wait in the Processor: a database that was away is tried again every 5 s, a question that went
    // unanswered after 2 s doubling.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public WebhookRequests Requests { get; } = new(System.Ingress.Address, System.Keys.WebhookSecret);

    /// <summary>Waits for the last outcome and for everything to be worked off, then counts.</summary>
    /// <param name="name">What was done.</param>
    /// <param name="arrivals">What came.</param>
    /// <param name="owed">By payment: true when a webhook of it was acknowledged.</param>
    /// <param name="attempted">Requests sent.</param>
    /// <param name="acknowledged">Webhooks answered 2xx.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Verdict> JudgeAsync(
        string name, Arrivals arrivals, IReadOnlyList<bool> owed, int attempted, int acknowledged, CancellationToken cancellation)
    {
        var count = owed.Count(yes => yes);
        await arrivals.WaitAsync(count, Patience, cancellation).ConfigureAwait(false);
        await WorkOffAsync(cancellation).ConfigureAwait(false);
        var rows = await LedgerRows.ReadAsync(System.LedgerConnection, arrivals.Series.Prefix, cancellation).ConfigureAwait(false);
        // What the ledger says it delivered may still be on its way to us.
        await arrivals.WaitAsync((int)rows.PaidPayments, TimeSpan.FromSeconds(10), cancellation).ConfigureAwait(false);
        return new()
        {
            Trial = name,
            Attempted = attempted,
            Acknowledged = acknowledged,
            Owed = count,
            Delivered = arrivals.Delivered,
            Repeated = arrivals.Repeated,
            Doubled = Math.Max(arrivals.Doubled, rows.Paid - rows.PaidPayments),
            Unexpected = arrivals.Unexpected,
            Waiting = rows.Undelivered + rows.Due,
        };
    }

    /// <summary>
    /// That nothing more follows can't be waited for; that nothing is left which could become something can: a Processor
    /// that is stopped finishes or gives back what it holds, and then the queue must be empty.
    /// </summary>
    private async Task WorkOffAsync(CancellationToken cancellation)
    {
        for (var attempt = 1; attempt <= 10; attempt++)
        {
            for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline && await Queue.ReadyAsync(cancellation).ConfigureAwait(false) > 0;)
                await Task.Delay(100, cancellation).ConfigureAwait(false);
            await System.StopProcessorsAsync().ConfigureAwait(false);
            if (await Queue.ReadyAsync(cancellation).ConfigureAwait(false) == 0)
                return;
            await System.StartProcessorsAsync(cancellation).ConfigureAwait(false);
        }

        throw new BenchFailedException($"The Processors leave {await Queue.ReadyAsync(cancellation).ConfigureAwait(false)} webhooks in the queue.");
    }
}
