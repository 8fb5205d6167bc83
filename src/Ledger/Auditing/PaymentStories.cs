using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Tells the whole story of a payment or an order, as it is known now or was known at a time. Reads only.</summary>
/// <param name="dataSource">The ledger's database.</param>
/// <param name="options">Where in it the ledger is.</param>
/// <param name="secretsOf">A merchant's webhook secrets, so that a stored signature can be checked again; none are needed to read.</param>
public sealed class PaymentStories(NpgsqlDataSource dataSource, LedgerOptions options, Func<string, IReadOnlyList<string>>? secretsOf = null)
{
    private readonly StoryReferences _references = new(dataSource, options.Schema);
    private readonly EventReader _events = new(dataSource, options);

    /// <summary>The story that a reference names; several where merchants share an id; none where the ledger knows none.</summary>
    /// <param name="reference">A transaction id or an order id, alone or as <c>merchant/id</c>.</param>
    /// <param name="asOf">As it was known then, UTC; null for now. What KKiaPay was due to be asked is not kept, so it is told for now only.</param>
    /// <param name="merchants">Merchants to look at first: their payments are found by key.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    public Task<IReadOnlyList<Story>> FindAsync(
        string reference, DateTimeOffset? asOf = null, IReadOnlyCollection<string>? merchants = null, CancellationToken cancellationToken = default) =>
        FindAsync(reference, asOf, merchants, within: null, cancellationToken);

    /// <summary>The same, as if other merchants' payments and orders were not there.</summary>
    /// <param name="reference">A transaction id or an order id, alone or as <c>merchant/id</c>.</param>
    /// <param name="asOf">As it was known then, UTC; null for now.</param>
    /// <param name="merchants">Merchants to look at first.</param>
    /// <param name="within">The only merchants to tell of; null for every merchant.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    public async Task<IReadOnlyList<Story>> FindAsync(
        string reference, DateTimeOffset? asOf, IReadOnlyCollection<string>? merchants, IReadOnlyCollection<string>? within, CancellationToken cancellationToken)
    {
        var stories = new List<Story>();
        foreach (var (merchant, id, isOrder) in await _references.ResolveAsync(reference, merchants ?? [], within, cancellationToken))
        {
            var story = isOrder ? await OfOrderAsync(merchant, id, asOf, cancellationToken) : await OfPaymentAsync(new(merchant, id), asOf, cancellationToken);
            if (story is not null)
                stories.Add(story);
        }

        return stories;
    }

    /// <summary>A payment's story; null when the ledger did not know it.</summary>
    public async Task<Story?> OfPaymentAsync(PaymentKey key, DateTimeOffset? asOf = null, CancellationToken cancellationToken = default)
    {
        var told = await TellAsync([key.StreamId], asOf, cancellationToken);
        if (told.Payments is not [var payment])
            return null;
        return new()
        {
            Merchant = key.Merchant, TransactionId = key.TransactionId, OrderId = payment.OrderId, AsOf = asOf,
            Payments = told.Payments, Entries = told.Entries,
            Order = payment.OrderId is { } order ? (await OfOrderAsync(key.Merchant, order, asOf, cancellationToken))?.Order : null,
        };
    }

    /// <summary>An order's story with those of all its payments; null when the ledger did not know it.</summary>
    public async Task<Story?> OfOrderAsync(string merchant, string orderId, DateTimeOffset? asOf = null, CancellationToken cancellationToken = default)
    {
        var payments = await _references.PaymentsOfAsync(merchant, orderId, cancellationToken);
        var told = await TellAsync([Orders.Order.StreamIdOf(merchant, orderId), .. payments], asOf, cancellationToken);
        if (told.Entries.Count == 0)
            return null;
        var order = told.Orders.Find(merchant, orderId) ?? Orders.Order.New(merchant, orderId);
        return new() { Merchant = merchant, OrderId = orderId, AsOf = asOf, Payments = told.Payments, Order = order, Entries = told.Entries };
    }

    private async Task<(IReadOnlyList<Payment> Payments, IReadOnlyList<StoryEntry> Entries, OrderBook Orders)> TellAsync(
        string[] streamIds, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var streams = new Dictionary<string, List<StoredEvent>>();
        await foreach (var e in _events.OfStreamsAsync(streamIds, cancellationToken))
        {
            if (asOf is { } time && e.At > time)
                continue;
            if (!streams.TryGetValue(e.StreamId, out var stream))
                streams[e.StreamId] = stream = [];
            stream.Add(e);
        }

        var teller = new StoryTeller(secretsOf ?? (_ => []));
        var payments = new List<Payment>();
        var entries = new List<StoryEntry>();
        foreach (var (streamId, events) in streams)
        {
            var (told, payment) = teller.Tell(StoredEvent.PaymentAt(streamId) is { } key ? Payment.New(key) : null, events);
            entries.AddRange(told);
            if (payment is not null)
                payments.Add(payment with { Version = (int)events[^1].Version });
        }

        entries.AddRange(await StoryRows.DeliveriesAsync(dataSource, options.Schema, [.. streams.Keys], asOf, cancellationToken));
        if (asOf is null)
            entries.AddRange(await StoryRows.DueAsync(dataSource, options.Schema, [.. streams.Keys], cancellationToken));
        var orders = new OrderBook();
        foreach (var e in streams.Values.SelectMany(s => s).OrderBy(e => e.Position))
            orders.Add(e.StreamId, Readable(e));
        // One commit's events bear one time; their positions tell them apart.
        return (payments, [.. entries.OrderBy(e => e.At).ThenBy(e => e.Position ?? long.MaxValue)], orders);
    }

    private static object? Readable(StoredEvent e)
    {
        try
        {
            return e.Read();
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
