using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Auditing;

/// <summary>The story of a payment and of an order, as it is and as it was.</summary>
public class StoryTests(Installation system) : IClassFixture<Installation>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PaymentStories Stories => new(system.Database, system.Get<LedgerOptions>(), _ => [Installation.Secret]);

    [Fact]
    public async Task A_payments_story_has_the_webhook_the_answer_the_rule_the_outcome_its_delivery_and_what_people_did()
    {
        var id = await FlaggedThenAcceptedAsync("story-1");
        var story = Assert.Single(await Stories.FindAsync(id, merchants: ["default"], cancellationToken: Token));

        Assert.Equal(("default", id, "story-1"), (story.Merchant, story.TransactionId, story.OrderId));
        Assert.Equal(PaymentOutcome.Paid, Assert.Single(story.Payments).Outcome);
        Assert.Equal(OrderState.Paid, story.Order!.State);
        Assert.Equal(
            [StoryKind.Webhook, StoryKind.Answer, StoryKind.Outcome, StoryKind.Act, StoryKind.Answer, StoryKind.Outcome],
            Events(story).Select(e => e.Kind));
        Assert.Equal(2, story.Entries.Count(e => e.Kind == StoryKind.Delivery && e.Summary.Contains("the broker confirmed it", StringComparison.Ordinal)));
        var webhook = Events(story)[0];
        Assert.Equal(Installation.Body(id, amount: 100_000, order: "story-1"), webhook.Raw);
        Assert.EndsWith("checked on arrival and again now.", webhook.Authentication, StringComparison.Ordinal);
        Assert.StartsWith("AmountMismatch: ", Events(story)[2].Rule, StringComparison.Ordinal);
        Assert.Contains("5000", Events(story)[1].Raw, StringComparison.Ordinal);
        Assert.StartsWith("Confirmed: ", Events(story)[5].Rule, StringComparison.Ordinal);
        Assert.Equal("ama", Events(story)[3].Data!.Value.GetProperty("by").GetString());
        Assert.Equal(story.Entries.OrderBy(e => e.At).Select(e => e.At), story.Entries.Select(e => e.At));
    }

    [Fact]
    public async Task An_orders_story_has_both_transactions_and_says_that_it_was_paid_twice()
    {
        var orders = system.Get<OrderAnnouncements>();
        Assert.True((await orders.AnnounceAsync(new() { OrderId = "story-2", Amount = 5000 }, by: null, sentAt: null, Token)).Accepted);
        var first = await PaidAsync("story-2");
        var second = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "story-2" } });
        await system.NotifyAsync(second, order: "story-2");
        await system.Outcomes.WaitForAsync(second, "OrderPaymentFlagged");
        await system.SettledAsync();

        foreach (var merchants in new string[][] { ["default"], [] })
        {
            var story = Assert.Single(await Stories.FindAsync("story-2", merchants: merchants, cancellationToken: Token));
            Assert.Null(story.TransactionId);
            Assert.Equal(new[] { first, second }.Order(), story.Payments.Select(p => p.TransactionId).Order());
            Assert.Equal((OrderState.PaidTwice, 5000L), (story.Order!.State, story.Order.Due!.Value));
            Assert.Equal(StoryKind.Announcement, story.Entries[0].Kind);
            Assert.Contains(story.Entries, e => e.Rule?.Contains($"Transaction {first} has already paid", StringComparison.Ordinal) == true);
        }

        Assert.Empty(await Stories.FindAsync("nobody-knows-it", merchants: ["default"], cancellationToken: Token));
    }

    [Fact]
    public async Task As_of_each_events_time_the_story_is_the_prefix_and_before_the_first_nothing_was_known()
    {
        var id = await FlaggedThenAcceptedAsync("story-3");
        var key = new PaymentKey("default", id);
        var events = Events((await Stories.OfPaymentAsync(key, cancellationToken: Token))!);

        Assert.Null(await Stories.OfPaymentAsync(key, events[0].At - TimeSpan.FromMicroseconds(1), Token));
        Assert.Empty(await Stories.FindAsync(id, events[0].At - TimeSpan.FromMicroseconds(1), ["default"], Token));
        foreach (var at in events.Select(e => e.At).Distinct())
        {
            var then = (await Stories.OfPaymentAsync(key, at, Token))!;
            var prefix = events.Where(e => e.At <= at).ToList();
            Assert.Equal(prefix.Select(e => (e.Position, e.Type, e.Summary, e.Rule)), Events(then).Select(e => (e.Position, e.Type, e.Summary, e.Rule)));
            Assert.Equal(prefix.Count, Assert.Single(then.Payments).Version);
            Assert.All(then.Entries, e => Assert.True(e.At <= at));
            Assert.Equal(prefix.Any(e => e.Type == "order_paid") ? PaymentOutcome.Paid : PaymentOutcome.Flagged, then.Payments[0].Outcome);
        }
    }

    private async Task<string> FlaggedThenAcceptedAsync(string order)
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = order } });
        await system.NotifyAsync(id, amount: 100_000, order: order);
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        Assert.True((await system.Get<PaymentActs>().ReviewAsync(new("default", id), FlagVerdict.Accepted, "ama", "looked at it", Token)).Done);
        await system.Outcomes.WaitForAsync(id);
        await system.SettledAsync();
        return id;
    }

    private async Task<string> PaidAsync(string order)
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = order } });
        await system.NotifyAsync(id, order: order);
        await system.Outcomes.WaitForAsync(id);
        return id;
    }

    private static List<StoryEntry> Events(Story story) => [.. story.Entries.Where(e => e.Position is not null)];
}
