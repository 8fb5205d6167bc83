using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Tests.Integration.Auditing;

/// <summary>Lists of payments: every filter against what a scan of all payments says, and pages while payments go on.</summary>
public class ListTests(Installation system) : IClassFixture<Installation>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PaymentQueries Queries => new(system.Database, system.Get<LedgerOptions>());

    [Fact]
    public async Task Each_filter_lists_what_a_look_at_every_payment_finds()
    {
        await PlayAsync();
        Assert.Equal(1, await system.ExecuteAsync("update kkiaevents.deliveries set delivered_at = null, not_before = now() + interval '1 day' where event_id = (select event_id from kkiaevents.deliveries where message_type = 'OrderPaid' order by created_at limit 1)"));
        var all = await AllAsync(new() { Limit = PaymentFilter.MaxLimit });
        Assert.Equal(await system.ReadAsync<long>("select count(*) from kkiaevents.mt_doc_payment"), all.Count);
        Assert.Equal(all.OrderByDescending(l => l.Payment.FirstSeenAt).Select(l => l.Payment.Id), all.Select(l => l.Payment.Id));
        // Whole milliseconds: the ledger's own times are finer than the database's.
        var middle = DateTimeOffset.FromUnixTimeMilliseconds(all[all.Count / 2].Payment.FirstSeenAt.ToUnixTimeMilliseconds());

        foreach (var (filter, holds) in new (PaymentFilter, Func<ListedPayment, bool>)[]
        {
            (new() { State = PaymentOutcome.Paid }, l => l.Payment.Outcome == PaymentOutcome.Paid),
            (new() { State = PaymentOutcome.Failed }, l => l.Payment.Outcome == PaymentOutcome.Failed),
            (new() { State = PaymentOutcome.Flagged }, l => l.Payment.Outcome == PaymentOutcome.Flagged),
            (new() { State = PaymentOutcome.Open }, l => l.Payment.Outcome == PaymentOutcome.Open),
            (new() { Flag = FlagReason.AmountMismatch }, l => l.Payment.Flags.Contains(FlagReason.AmountMismatch)),
            (new() { Flag = FlagReason.AlreadyPaid }, l => l.Payment.Flags.Contains(FlagReason.AlreadyPaid)),
            (new() { Merchant = "default" }, l => true),
            (new() { OrderId = "list-paid-3" }, l => l.Payment.OrderId == "list-paid-3"),
            (new() { From = middle }, l => l.Payment.FirstSeenAt >= middle),
            (new() { To = middle }, l => l.Payment.FirstSeenAt < middle),
            (new() { MinAmount = 7000 }, l => l.Payment.Amount >= 7000),
            (new() { MaxAmount = 5000 }, l => l.Payment.Amount <= 5000),
            (new() { Method = "card" }, l => l.Payment.Method == "CARD"),
            (new() { Undelivered = true }, l => l.Undelivered),
            (new() { Due = true }, l => l.DueAt is not null),
            (new() { State = PaymentOutcome.Paid, Method = "CARD", MinAmount = 7000 }, l => l.Payment is { Outcome: PaymentOutcome.Paid, Method: "CARD", Amount: >= 7000 }),
        })
        {
            var expected = all.Where(holds).Select(l => l.Payment.Id).ToList();
            Assert.True(expected.Count > 0, $"{filter} would find nothing: the test says nothing");
            Assert.Equal(expected, (await AllAsync(filter with { Limit = 3 })).Select(l => l.Payment.Id));
        }

        Assert.Empty((await Queries.ListAsync(new() { Merchant = "nobody" }, Token)).Payments);
        Assert.Single(all, l => l.Undelivered);
        Assert.Equal(1, await system.ExecuteAsync("update kkiaevents.deliveries set delivered_at = now() where delivered_at is null"));
        await Assert.ThrowsAsync<ArgumentException>(() => Queries.ListAsync(new() { After = "nonsense" }, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Queries.ListAsync(new() { Limit = 0 }, Token));
    }

    [Fact]
    public async Task Pages_show_every_payment_exactly_once_even_while_others_are_added()
    {
        await system.Provider.PayManyAsync("page-a-", 40);
        for (var n = 0; n < 40; n++)
            await system.NotifyAsync($"page-a-{n}", order: $"page-a-{n}");
        await system.SettledAsync();

        await system.Provider.PayManyAsync("page-b-", 40);
        var (seen, added, after) = (new List<string>(), 0, (string?)null);
        do
        {
            var page = await Queries.ListAsync(new() { Limit = 7, After = after }, Token);
            seen.AddRange(page.Payments.Select(l => l.Payment.TransactionId));
            after = page.Next;
            var newest = $"page-b-{added++}";
            await system.NotifyAsync(newest, order: newest);
            await system.Outcomes.WaitForAsync(newest);
        }
        while (after is not null);

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, 40).Select(n => $"page-a-{n}").Order(), seen.Where(id => id.StartsWith("page-a-", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task The_schema_as_made_needs_no_change_at_the_next_start()
    {
        // As its owner sees it: a service sees what it may use only.
        await using var owner = LedgerAccounts.ServicesOf(system.LedgerConnection);
        await owner.GetRequiredService<IDocumentStore>().Storage.Database.AssertDatabaseMatchesConfigurationAsync(Token);
    }

    private async Task PlayAsync()
    {
        for (var n = 0; n < 8; n++)
        {
            var id = await system.Provider.PayAsync(new { amount = 5000 + (n * 1000), method = n % 2 == 0 ? "CARD" : "MOBILE_MONEY", stateData = new { orderId = $"list-paid-{n}" } });
            await system.NotifyAsync(id, amount: 5000 + (n * 1000), order: $"list-paid-{n}");
            await system.Outcomes.WaitForAsync(id);
        }

        var second = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "list-paid-0" } });
        await system.NotifyAsync(second, order: "list-paid-0");
        await system.Outcomes.WaitForAsync(second, "OrderPaymentFlagged");
        var mismatch = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = "list-flagged" } });
        await system.NotifyAsync(mismatch, amount: 100_000, order: "list-flagged");
        await system.Outcomes.WaitForAsync(mismatch, "OrderPaymentFlagged");
        var failed = await system.Provider.PayAsync(new { outcome = "failed", failureCode = "wrong_pin", stateData = new { orderId = "list-failed" } });
        await system.NotifyAsync(failed, "transaction.failed", order: "list-failed");
        await system.Outcomes.WaitForAsync(failed, "OrderPaymentFailed");
        await system.NotifyAsync("list-unknown", order: "list-unknown");
        await Condition.HoldsAsync("the unknown one is due", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.due where transaction_id = 'list-unknown'") == 1);
        await system.SettledAsync();
    }

    private async Task<List<ListedPayment>> AllAsync(PaymentFilter filter)
    {
        var all = new List<ListedPayment>();
        for (var page = await Queries.ListAsync(filter, Token); ; page = await Queries.ListAsync(filter with { After = page.Next }, Token))
        {
            all.AddRange(page.Payments);
            if (page.Next is null)
                return all;
        }
    }
}
