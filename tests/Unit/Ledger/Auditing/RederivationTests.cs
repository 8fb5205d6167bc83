using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Tests.Unit.Ledger.Auditing;

/// <summary>What a rederivation says of streams that somebody doctored.</summary>
public class RederivationTests
{
    [Fact]
    public async Task A_clean_ledger_disagrees_with_nothing() => Assert.Empty(await RederiveAsync(Streams.OneOfEach().Events));

    [Theory]
    [InlineData("amount")]
    [InlineData("fees")]
    [InlineData("orderId")]
    [InlineData("method")]
    [InlineData("eventId")]
    public async Task An_outcome_with_another_value_differs(string field)
    {
        var found = Assert.Single(await RederiveAsync(Doctored("order_paid", (events, at) => events[at] = Replaced(events[at], field))));
        Assert.Equal((DisagreementKind.Differs, "default/txn_paid", 3L, "OrderPaid"), (found.Kind, found.StreamId, found.Version, found.Stored));
        Assert.StartsWith(field + " is stored as ", found.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outcome_of_another_kind_differs()
    {
        var paid = Streams.OneOfEach().Events.Single(e => e.Type == "order_paid");
        var found = Assert.Single(await RederiveAsync(Doctored("order_payment_failed", (events, at) => events[at] = events[at] with { Type = paid.Type, Data = paid.Data })));
        Assert.Equal((DisagreementKind.Differs, "OrderPaid", "OrderPaymentFailed"), (found.Kind, found.Stored, found.Rederived));
    }

    [Fact]
    public async Task A_better_wording_is_no_other_outcome() =>
        Assert.Empty(await RederiveAsync(Doctored("order_payment_flagged", (events, at) => events[at] = Replaced(events[at], "detail"))));

    [Fact]
    public async Task An_outcome_that_was_taken_out_is_missing()
    {
        var found = Assert.Single(await RederiveAsync(Doctored("order_paid", (events, at) => events.RemoveAt(at))));
        Assert.Equal((DisagreementKind.Missing, "default/txn_paid", 2L, null, "OrderPaid"), (found.Kind, found.StreamId, found.Version, found.Stored, found.Rederived));
    }

    [Fact]
    public async Task An_outcome_after_an_answer_that_decides_nothing_is_not_supported()
    {
        var events = Streams.OneOfEach().Events.ToList();
        var pending = events.FindIndex(e => e.StreamId == "default/txn_pending" && e.Type == "verification_answered");
        var paid = events.Single(e => e.Type == "order_paid");
        events.Insert(pending + 1, paid with { Position = events[pending].Position, StreamId = "default/txn_pending", Version = 3 });
        var found = Assert.Single(await RederiveAsync(events));
        Assert.Equal((DisagreementKind.NotSupported, "OrderPaid", null), (found.Kind, found.Stored, found.Rederived));
    }

    [Fact]
    public async Task An_answer_that_was_changed_afterwards_no_longer_supports_what_followed()
    {
        var found = Assert.Single(await RederiveAsync(Doctored("verification_answered", (events, at) =>
            events[at] = Rewritten(events[at], Given.Answer(TransactionStatus.Complete, amount: 100)))));
        Assert.Equal((DisagreementKind.Differs, "OrderPaid", "OrderPaymentFlagged.AmountMismatch"), (found.Kind, found.Stored, found.Rederived));
    }

    [Fact]
    public async Task An_outcome_without_an_answer_before_it_is_named()
    {
        var found = await RederiveAsync(Doctored("verification_answered", (events, at) => events.RemoveAt(at)));
        Assert.Equal(DisagreementKind.WithoutAnswer, Assert.Single(found).Kind);
    }

    [Theory]
    [InlineData("order_payment_failed", "{\"amount\":\"much\"}")]
    [InlineData("order_payment_failed", "{}")]
    [InlineData("verification_answered", "{}")]
    [InlineData("webhook_recorded", "{\"body\":null}")]
    public async Task An_event_that_cannot_be_read_is_named_and_stops_nothing(string type, string data)
    {
        var found = await RederiveAsync(Doctored(type, (events, at) =>
        {
            at = events.FindLastIndex(e => e.StreamId == "default/txn_failed" && e.Type == type);
            events[at] = events[at] with { Data = System.Text.Encoding.UTF8.GetBytes(data) };
        }));
        Assert.Single(found, d => d.Kind == DisagreementKind.Unreadable);
        Assert.All(found, d => Assert.Equal("default/txn_failed", d.StreamId));
    }

    // What an operator's act is followed by was decided by a person: it is counted, not held against the rules.
    [Fact]
    public async Task An_outcome_right_after_a_persons_act_is_counted_as_theirs()
    {
        var events = Streams.OneOfEach()
            .Store("default/txn_pending", new FlagReviewed(FlagVerdict.Accepted, [FlagReason.AmountMismatch], 5000, "order-1", TransactionStatus.Pending, "ama", "seen", Given.Noon))
            .Store("default/txn_pending", (OrderPaid)Streams.OneOfEach().Events.Single(e => e.Type == "order_paid").Read()! with { TransactionId = "txn_pending" }).Events;
        var told = new List<RederivationProgress>();
        var found = new List<Disagreement>();
        await foreach (var disagreement in Rederivation.RunAsync(events.ToAsyncEnumerable(), _ => Given.Lenient, new Told(told)))
            found.Add(disagreement);
        Assert.Empty(found);
        Assert.Equal(1, told[^1].ByOperators);
    }

    private static List<StoredEvent> Doctored(string type, Action<List<StoredEvent>, int> change)
    {
        var events = Streams.OneOfEach().Events.ToList();
        change(events, events.FindIndex(e => e.Type == type));
        return events;
    }

    private static StoredEvent Replaced(StoredEvent e, string field)
    {
        var data = System.Text.Json.Nodes.JsonNode.Parse(e.Data.Span)!.AsObject();
        data[field] = field switch
        {
            "amount" or "fees" => 1,
            "eventId" => "6f9619ff-8b86-d011-b42d-00c04fc964ff",
            _ => "another",
        };
        return e with { Data = JsonSerializer.SerializeToUtf8Bytes(data) };
    }

    private static StoredEvent Rewritten(StoredEvent e, object data) => e with { Data = JsonSerializer.SerializeToUtf8Bytes(data, data.GetType(), LedgerStore.Json) };

    private static async Task<List<Disagreement>> RederiveAsync(IReadOnlyList<StoredEvent> events)
    {
        var found = new List<Disagreement>();
        await foreach (var disagreement in Rederivation.RunAsync(events.ToAsyncEnumerable(), _ => Given.Lenient))
            found.Add(disagreement);
        return found;
    }

    private sealed class Told(List<RederivationProgress> all) : IProgress<RederivationProgress>
    {
        public void Report(RederivationProgress value) => all.Add(value);
    }
}
