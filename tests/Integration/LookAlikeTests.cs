using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace KkiaEvents.Tests.Integration;

/// <summary>Order ids that a shop's database may take for an announced one, whichever of the two the ledger hears of first.</summary>
public class LookAlikeTests(NobodySubscribed system) : IClassFixture<NobodySubscribed>
{
    private readonly string _merchant = $"alike-{(uint)Random.Shared.Next()}";

    [Theory]
    [InlineData("order-1000", "ORDER-1000")]
    [InlineData("order-1000", "order-01000")]
    [InlineData("commande é", "Commande\u00A0e")]
    [InlineData("1000", "1e3")]
    [InlineData("1000", "١٠٠٠")]
    public async Task A_payment_that_names_a_look_alike_of_an_announced_order_is_flagged_and_names_that_order(string announced, string named)
    {
        await AnnounceAsync(announced);
        var flagged = Assert.IsType<OrderPaymentFlagged>((await ConfirmAsync("txn_1", named)).Outcome);
        Assert.Equal((FlagReason.OrderMismatch, OrderIdForm.Canonical(named)), (flagged.Reason, flagged.OrderId));
        Assert.Contains($"order {announced},", flagged.Detail, StringComparison.Ordinal);

        // The order itself is paid as ever, and whoever announces the other one means it.
        Assert.IsType<OrderPaid>((await ConfirmAsync("txn_2", announced)).Outcome);
        await AnnounceAsync(named);
        Assert.True(await IsDueAsync("txn_1"));
        Assert.IsType<OrderPaid>((await ConfirmAsync("txn_1", named)).Outcome);
    }

    [Fact]
    public async Task A_person_accepts_a_look_alike_and_it_is_paid()
    {
        await AnnounceAsync("order-1");
        await ConfirmAsync("txn_1", "ORDER-1");
        await new PaymentActs(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), TimeProvider.System)
            .ReviewAsync(new(_merchant, "txn_1"), FlagVerdict.Accepted, "ama", "The customer wrote it so.", default);
        Assert.IsType<OrderPaid>((await ConfirmAsync("txn_1", "ORDER-1")).Outcome);
    }

    [Fact]
    public async Task A_payment_accepted_before_its_look_alike_was_announced_is_flagged_beside()
    {
        Assert.IsType<OrderPaid>((await ConfirmAsync("txn_1", "order-01")).Outcome);
        await AnnounceAsync("order-1");
        Assert.True(await IsDueAsync("txn_1"));
        Assert.Equal(FlagReason.OrderMismatch, Assert.IsType<OrderPaymentFlagged>((await ConfirmAsync("txn_1", "order-01")).Outcome).Reason);
    }

    [Fact]
    public async Task Two_merchants_orders_are_no_look_alikes()
    {
        await AnnounceAsync("order-1", $"{_merchant}-other");
        Assert.IsType<OrderPaid>((await ConfirmAsync("txn_1", "ORDER-1")).Outcome);
    }

    [Fact]
    public async Task An_announcement_waits_for_a_payment_of_its_look_alike_that_is_being_decided()
    {
        Task? announcing = null;
        var ledger = Ledger(() =>
        {
            if (announcing is not null)
                return;
            announcing = Task.Run(() => AnnounceAsync("order-1"));
            // The payment has looked for announcements, and is not written yet.
            Condition.HoldsAsync("the announcement waits", async () =>
                await system.ReadAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())") > 0)
                .GetAwaiter().GetResult();
        });
        Assert.IsType<OrderPaid>((await ConfirmAsync("txn_1", "ORDER-1", ledger)).Outcome);
        await announcing!;
        Assert.True(await IsDueAsync("txn_1"));
        Assert.IsType<OrderPaymentFlagged>((await ConfirmAsync("txn_1", "ORDER-1")).Outcome);
    }

    [Fact]
    public async Task Announcements_and_payments_of_look_alikes_at_once_miss_each_other_never()
    {
        var rounds = Enumerable.Range(0, 60).ToList();
        await Parallel.ForEachAsync(rounds, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (round, _) =>
            await Task.WhenAll(AnnounceAsync($"order-{round}"), ConfirmAsync($"txn_{round}", $"ORDER-{round}")));
        foreach (var round in rounds)
        {
            await using var session = system.Get<IDocumentStore>().QuerySession();
            var payment = (await session.LoadAsync<Payment>($"{_merchant}/txn_{round}"))!;
            if (payment.Outcome == PaymentOutcome.Flagged)
                continue;
            Assert.Equal(PaymentOutcome.Paid, payment.Outcome);
            Assert.True(await IsDueAsync(payment.TransactionId), $"{payment.Id} was paid before order-{round} was announced, and is not asked about again");
            Assert.IsType<OrderPaymentFlagged>((await ConfirmAsync(payment.TransactionId, $"ORDER-{round}")).Outcome);
        }
    }

    [Fact]
    public async Task An_order_that_a_version_before_announced_has_look_alikes_too()
    {
        await AnnounceAsync("order-1");
        Task<long> WithoutKeyAsync() => system.ReadAsync<long>($"select count(*) from kkiaevents.mt_doc_order where data ->> 'merchant' = '{_merchant}' and data ->> 'foldedId' is null");
        await system.ExecuteAsync($"update kkiaevents.mt_doc_order set data = data - 'foldedId' where data ->> 'merchant' = '{_merchant}'");
        Assert.Equal(1, await WithoutKeyAsync());
        Assert.IsType<OrderPaymentFlagged>((await ConfirmAsync("txn_1", "ORDER-1")).Outcome);

        await using var services = LedgerAccounts.ServicesOf(system.LedgerConnection);
        await services.GetRequiredService<LedgerSchema>().MakeAsync([], default);
        Assert.Equal(0, await WithoutKeyAsync());
        Assert.IsType<OrderPaymentFlagged>((await ConfirmAsync("txn_2", "Order-1")).Outcome);
    }

    [Fact]
    public async Task An_export_of_a_period_holds_the_earlier_announcement_that_a_look_alike_was_flagged_for()
    {
        await AnnounceAsync("order-1");
        var from = DateTimeOffset.UtcNow;
        Assert.IsType<OrderPaymentFlagged>((await ConfirmAsync("txn_1", "ORDER-1")).Outcome);
        var directory = Directory.CreateTempSubdirectory("kkia-alike-").FullName;
        try
        {
            var events = new EventReader(system.Get<NpgsqlDataSource>(), system.Get<LedgerOptions>());
            await new LedgerExport(events, _ => new(), TimeProvider.System).WriteAsync(directory, from);
            Assert.Contains($"\"order/{_merchant}/order-1\"", await File.ReadAllTextAsync(Path.Combine(directory, "events.ndjson")), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private Task AnnounceAsync(string order) => AnnounceAsync(order, _merchant);

    private async Task AnnounceAsync(string order, string merchant)
    {
        var announcements = new OrderAnnouncements(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), TimeProvider.System);
        Assert.Null((await announcements.AnnounceAsync(new ExpectPayment { Merchant = merchant, OrderId = order, Amount = 5000 }, null, null, default)).Problem);
    }

    private async Task<Settled> ConfirmAsync(string transaction, string order, PaymentLedger? ledger = null)
    {
        ledger ??= Ledger();
        var key = new PaymentKey(_merchant, transaction);
        // As the Processor reads it.
        var named = OrderReference.Find(new OrderPolicy().ReferencePlaces, JsonSerializer.SerializeToElement(new { orderId = order }), null);
        var now = DateTimeOffset.UtcNow;
        var facts = new PaymentFacts
        {
            Key = key,
            Claims = [new WebhookRecorded(Guid.CreateVersion7(), "transaction.success", 5000, named, "{}", "digest", null, now)],
            FromDue = true,
            Answer = new(new KkiapayTransaction { TransactionId = transaction, Status = TransactionStatus.Complete, ProviderStatus = "COMPLETE", Amount = 5000, Raw = "{}" }, named, now),
        };
        var settled = Assert.Single(await ledger.SettleAsync([facts], await ledger.FindAsync([key], default), default));
        Assert.Null(settled.Error);
        return settled;
    }

    private PaymentLedger Ledger(Action? deciding = null) => new(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), _ =>
    {
        deciding?.Invoke();
        return new();
    });

    private async Task<bool> IsDueAsync(string transaction) =>
        await system.ReadAsync<long>($"select count(*) from kkiaevents.due where stream_id = '{_merchant}/{transaction}'") == 1;
}
