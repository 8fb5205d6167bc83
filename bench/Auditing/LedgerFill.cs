using System.Diagnostics;
using System.Globalization;
using KkiaEvents.Bench.Running;
using KkiaEvents.Ledger;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Marten;
using Npgsql;

namespace KkiaEvents.Bench.Auditing;

/// <summary>
/// Fills a ledger by the ledger's own code, 100 payments a commit as a Processor does, under a clock that runs through 90
/// days: the rows are those that production would have written.
/// </summary>
internal sealed class LedgerFill : IAsyncDisposable
{
    public const int Days = 90;
    public static readonly IReadOnlyList<string> Merchants = ["default", "shop-a", "shop-b", "shop-c"];
    private const int CommitSize = 100;
    private static readonly TimeSpan Period = TimeSpan.FromDays(Days);

    private readonly NpgsqlDataSource dataSource;
    private readonly DocumentStore store;
    private readonly MovedClock clock = new();
    private readonly PaymentLedger ledger;
    private readonly PaymentActs acts;
    private readonly PriorityQueue<PaymentStep, (DateTimeOffset, int)> steps = new();
    private readonly Random random;
    private int queued;

    public LedgerFill(string connection, int seed)
    {
        var options = new LedgerOptions { ConnectionString = connection };
        random = new(seed);
        dataSource = LedgerDataSource.Create(connection, "bench");
        store = DocumentStore.For(marten =>
        {
            LedgerStore.Configure(marten, options, dataSource);
            marten.Events.TimeProvider = clock;
        });
        ledger = new(store, options, _ => new());
        acts = new(store, options, clock);
    }

    /// <summary>Makes the schema; a second look must find nothing to change, or every start would change it.</summary>
    public async Task MakeSchemaAsync()
    {
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await store.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
    }

    /// <summary>Fills it; how long that took.</summary>
    public async Task<TimeSpan> RunAsync(int payments, Action<int> told, CancellationToken cancellation)
    {
        var end = DateTimeOffset.UtcNow;
        var start = end - Period;
        var watch = Stopwatch.StartNew();
        for (var number = 0; number < payments; number++)
        {
            var begins = start + (Period * ((double)number / payments));
            if (number % CommitSize == 0)
            {
                await PlayAsync(begins, cancellation);
                await AnnounceAsync([.. Enumerable.Range(number, Math.Min(CommitSize, payments - number)).Where(IsAnnounced).Select(n => Payment(n, begins))], begins, cancellation);
                told(number);
            }

            var payment = Payment(number, begins);
            foreach (var step in PaymentSteps.Of(payment, random.Next(1000), payment with { Key = payment.Key with { TransactionId = payment.Key.TransactionId + "-2" } }))
                steps.Enqueue(step, (step.At, queued++));
        }

        // What would lie in the future waits there: those payments are pending, or owe their outcome still.
        await PlayAsync(end, cancellation);
        return watch.Elapsed;
    }

    /// <summary>Payments that go on while something else is measured: so many a second, until told to stop.</summary>
    public async Task<int> GoOnAsync(int perSecond, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var paid = 0;
        while (!stop.IsCancellationRequested)
        {
            clock.Now = DateTimeOffset.UtcNow;
            var owed = Math.Min(CommitSize, (int)(watch.Elapsed.TotalSeconds * perSecond) - paid);
            if (owed > 0)
            {
                await SettleAsync([.. Enumerable.Range(paid, owed).SelectMany(n => PaymentSteps.Of(Payment(100_000_000 + n + random.Next(1 << 29), clock.Now), 0, null!)).Select(s => s.Facts!).DistinctBy(f => f.Key)], CancellationToken.None);
                paid += owed;
            }

            await Task.Delay(20, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return paid;
    }

    /// <summary>The relay's stamps, on all but the newest outcomes, and the statistics that autovacuum keeps.</summary>
    public async Task DeliverAsync(int undelivered, CancellationToken cancellation)
    {
        foreach (var sql in new[]
        {
            $"""
            update kkiaevents.deliveries d set created_at = e.timestamp, not_before = e.timestamp,
                delivered_at = case when e.seq_id <= (select max(seq_id) - {undelivered} from kkiaevents.mt_events) then e.timestamp + interval '30 ms' end, routed = true
            from kkiaevents.mt_events e where e.id = d.event_id
            """,
            "vacuum analyze",
        })
        {
            await using var command = dataSource.CreateCommand(sql);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await dataSource.DisposeAsync();
    }

    private static bool IsAnnounced(int number) => number % 10 == 0;

    private static FilledPayment Payment(int number, DateTimeOffset begins) => new(
        // A small shop among large ones, so that a filter by merchant has few to find.
        new(number % 500 == 0 ? Merchants[3] : Merchants[number % 3], string.Create(CultureInfo.InvariantCulture, $"txn{(uint)(number * 2654435761L):x8}{number}")),
        string.Create(CultureInfo.InvariantCulture, $"order-{number}"), 500 + (number * 7919L % 150_000), begins, number);

    private async Task PlayAsync(DateTimeOffset until, CancellationToken cancellation)
    {
        while (steps.TryPeek(out _, out var next) && next.Item1 <= until)
        {
            var batch = new Dictionary<PaymentKey, PaymentFacts>();
            while (batch.Count < CommitSize && steps.TryPeek(out var step, out next) && next.Item1 <= until && !batch.ContainsKey(step.Key))
            {
                if (step.Act is not null && batch.Count > 0)
                    break;
                steps.Dequeue();
                clock.Now = step.At;
                if (step.Act is { } act)
                    await act(acts);
                else
                    batch.Add(step.Key, step.Facts!);
            }

            await SettleAsync([.. batch.Values], cancellation);
        }
    }

    private async Task SettleAsync(IReadOnlyList<PaymentFacts> batch, CancellationToken cancellation)
    {
        if (batch.Count == 0)
            return;
        var known = await ledger.FindAsync([.. batch.Select(f => f.Key)], cancellation);
        if ((await ledger.SettleAsync(batch, known, cancellation)).FirstOrDefault(s => s.Error is not null)?.Error is { } error)
            throw new BenchFailedException($"The ledger refused a payment: {error.Message}");
    }

    private async Task AnnounceAsync(IReadOnlyList<FilledPayment> payments, DateTimeOffset at, CancellationToken cancellation)
    {
        clock.Now = at;
        await using var session = store.LightweightSession();
        foreach (var payment in payments)
        {
            var announced = new OrderAnnounced(payment.OrderId!, payment.Amount, null, at);
            session.Events.Append(Order.StreamIdOf(payment.Key.Merchant, payment.OrderId!), announced);
            session.Insert(Order.New(payment.Key.Merchant, payment.OrderId!).After(announced));
        }

        await session.SaveChangesAsync(cancellation);
    }

    private sealed class MovedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
