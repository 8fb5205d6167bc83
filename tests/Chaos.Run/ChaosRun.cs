using System.Collections.Concurrent;
using System.Globalization;
using KkiaEvents.Bench.Measurements;
using KkiaEvents.Bench.Observing;
using KkiaEvents.Chaos.Faults;
using KkiaEvents.Chaos.Judging;
using KkiaEvents.Chaos.Load;
using KkiaEvents.Chaos.Observing;
using KkiaEvents.Chaos.Reporting;
using KkiaEvents.Chaos.Running;
using KkiaEvents.Local.Supervision;

namespace KkiaEvents.Chaos;

/// <summary>One run: load and faults, then everything is healed and drained, then judged.</summary>
internal static class ChaosRun
{
    // The latest webhook of the last payment: settled, confirmed late, and tried five times.
    private static readonly TimeSpan WebhooksToCome = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // A machine that others use drains slowly; it has not lost what still comes.
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMinutes(10);

    /// <returns>True when nothing was lost, doubled or contradicted.</returns>
    public static async Task<bool> RunAsync(Layout layout, int seed, TimeSpan duration, double rate, CancellationToken cancellation)
    {
        Stage.Say($"Seed {seed}. Starting RabbitMQ, PostgreSQL, Sandbox, 2 Ingresses and 2 Processors");
        await using var system = await ChaosSystem.StartAsync(layout, cancellation).ConfigureAwait(false);
        var came = new ConcurrentQueue<Delivered>();
        IReadOnlyList<string> dead = [];
        await using var merchant = new Shop(system.BrokerConnection, system.LedgerConnection);
        await using var subscriber = await Subscriber.StartAsync(system.BrokerConnection, cancellation, Take).ConfigureAwait(false);
        using var load = new PaymentLoad(system.Sandbox.Address, merchant, seed, rate);
        using var log = new ProviderLog(system.Sandbox.Address);
        using var provider = new ProviderFaults(system.Sandbox.Address, () => load.Payments);
        var book = new FaultBook(system, new(system.Backing.DatabaseEndpoint), provider, cancellation);
        foreach (var fault in book.Impossible)
            Stage.Say($"  Not on this machine: {fault}");
        var nemesis = new Nemesis(book, seed, duration);
        var backlog = new Backlog(system.BrokerConnection, system.LedgerConnection);

        using var loadEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var watchEnd = new CancellationTokenSource();
        Stage.Say($"{rate:0.#} payments/s and faults for {duration.TotalMinutes:0.#} min");
        var watching = Task.WhenAll(log.FollowAsync(watchEnd.Token), backlog.FollowAsync(watchEnd.Token), merchant.RunAsync(watchEnd.Token));
        var paying = load.RunAsync(loadEnd.Token);
        await nemesis.RunAsync(cancellation).ConfigureAwait(false);
        await loadEnd.CancelAsync().ConfigureAwait(false);
        await paying.ConfigureAwait(false);

        Stage.Say("Healed. Draining");
        var ended = DateTimeOffset.UtcNow;
        await system.WaitUntilReadyAsync(cancellation).ConfigureAwait(false);
        var history = await DrainAsync().ConfigureAwait(false);
        await watchEnd.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);

        var judgement = Checker.Judge(history);
        var report = Path.Combine(layout.Run, "report.html");
        await File.WriteAllTextAsync(report, HtmlReport.Of(new(seed, duration, rate, ended), history, judgement, backlog.Samples, nemesis.Refused), cancellation).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(layout.Run, "history.json"), HistoryFile.Of(history), cancellation).ConfigureAwait(false);
        Summary.Print(seed, judgement, Path.GetRelativePath(layout.Root, report));
        return judgement.IsRight;

        void Take(ObservedOutcome outcome)
        {
            came.Enqueue(new(DateTimeOffset.UtcNow, outcome.EventId, outcome.Type, outcome.TransactionId, outcome.OrderId, outcome.Amount));
            if (outcome.Type == Checker.Paid)
                merchant.Paid(outcome.TransactionId);
        }

        async Task<History> DrainAsync()
        {
            var (delivered, progressAt) = (0, DateTimeOffset.UtcNow);
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(2), cancellation).ConfigureAwait(false);
                var past = DateTimeOffset.UtcNow - ended;
                if (past < WebhooksToCome)
                    continue;
                var queued = (await backlog.LookAsync().ConfigureAwait(false)).Queued;
                var (now, open) = await ReadAsync().ConfigureAwait(false);
                if (came.Count > delivered)
                    (delivered, progressAt) = (came.Count, DateTimeOffset.UtcNow);
                var comes = past < LongestPatience && DateTimeOffset.UtcNow - progressAt < Patience / 2;
                if ((past < Patience || (queued != 0 && comes)) && (queued != 0 || open.Undelivered > 0 || open.Soon > 0 || Checker.Judge(now).Lost.Count > 0))
                    continue;
                // What a Processor still holds it gives back or finishes when it stops, so that nothing more can follow.
                await system.StopServicesAsync().ConfigureAwait(false);
                await Task.Delay(TimeSpan.FromSeconds(2), cancellation).ConfigureAwait(false);
                var left = (await backlog.LookAsync().ConfigureAwait(false)).Queued;
                dead = await DeadLetters.ReadAsync(system.BrokerConnection, cancellation).ConfigureAwait(false);
                Stage.Say(string.Create(CultureInfo.InvariantCulture, $"Drained after {past.TotalSeconds:0} s; {left} webhooks left in the queue"));
                return (await ReadAsync().ConfigureAwait(false)).History;
            }
        }

        async Task<(History History, OpenRows Open)> ReadAsync()
        {
            // In this order: what is delivered between the two readings is both open and delivered, never neither.
            var open = await OpenRows.ReadAsync(system.LedgerConnection, cancellation).ConfigureAwait(false);
            await log.ReadAsync().ConfigureAwait(false);
            return (new() { Payments = [.. load.Payments], Tries = log.Tries, Announced = merchant.Announced, RefundsAsked = merchant.RefundsAsked, Delivered = [.. came], DeadLettered = dead, Open = open.Transactions, Faults = [.. nemesis.Done] }, open);
        }
    }
}
