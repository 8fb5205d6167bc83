using System.Diagnostics.Metrics;
using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;
using Marten;

namespace KkiaEvents.Tests.Integration;

/// <summary>KKiaPay's answers can't be read: somebody hears of it, and nothing is decided.</summary>
public class UnreadableAnswersTests(Installation system) : IClassFixture<Installation>
{
    [Theory]
    [InlineData("html", "markup")]
    [InlineData("redirect", "redirect")]
    [InlineData("empty", "empty")]
    [InlineData("truncated", "truncated")]
    [InlineData("list", "not_an_object")]
    [InlineData("ndjson", "not_json")]
    [InlineData("other", "other_transaction")]
    [InlineData("shapeless", "says_nothing")]
    [InlineData("bomb", "too_large")]
    public async Task What_can_not_be_read_is_counted_and_seen_in_health_and_the_payment_waits(string form, string reason)
    {
        using var counted = new CounterTally(system.Get<IMeterFactory>(), "kkiaevents.unreadable_answers");
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.Provider.FaultAsync(new { garble = form });
        try
        {
            await system.NotifyAsync(id);
            await Condition.HoldsAsync("it is counted", () => counted.Of(reason) >= 3);
            var health = await HealthAsync();
            Assert.Contains("answers in the last half hour can't be read", health, StringComparison.Ordinal);
            Assert.Contains(reason, health, StringComparison.Ordinal);
            Assert.Equal(1, await system.ReadAsync<long>($"select count(*) from kkiaevents.due where transaction_id = '{id}'"));
        }
        finally
        {
            await system.Provider.HealAsync();
        }

        await system.Outcomes.WaitForAsync(id);
        Assert.Single(system.Outcomes.Of(id));
    }

    [Theory]
    [InlineData("wrapped")]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("bom")]
    [InlineData("utf16")]
    [InlineData("latin1")]
    public async Task What_can_be_read_after_all_settles_the_payment(string form)
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, name = "Zoé" });
        await system.Provider.FaultAsync(new { garble = form });
        try
        {
            await system.NotifyAsync(id);
            Assert.Equal(5000, (await system.Outcomes.WaitForAsync(id)).Amount);
        }
        finally
        {
            await system.Provider.HealAsync();
        }
    }

    [Fact]
    public async Task After_a_day_without_a_usable_answer_it_is_flagged_once_asked_hourly_and_paid_when_it_can_be_read()
    {
        var key = new PaymentKey("default", await system.Provider.PayAsync(new { amount = 5000, webhook = false }));
        var ledger = new PaymentLedger(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), _ => new OrderPolicy());
        await system.Provider.FaultAsync(new { garble = "html" });
        try
        {
            // Recorded by a ledger whose clock is yesterday's; the Processor asks from then on.
            await ledger.SettleAsync([Claimed(key, DateTimeOffset.UtcNow.AddHours(-25))], await ledger.FindAsync([key], default), default);
            var flagged = await system.Outcomes.WaitForAsync(key.TransactionId, nameof(OrderPaymentFlagged));
            Assert.Equal(nameof(FlagReason.StillPending), flagged.Text("reason"));
            Assert.Contains("no usable answer", flagged.Text("detail"), StringComparison.Ordinal);
            Assert.Equal(1, await system.ReadAsync<long>($"select count(*) from kkiaevents.due where transaction_id = '{key.TransactionId}' and attempts >= 3"));
            Assert.Equal(1, await EventsAsync(key, "verification_unanswered"));
            Assert.Equal(1, await EventsAsync(key, "order_payment_flagged"));
        }
        finally
        {
            await system.Provider.HealAsync();
        }

        Assert.Null((await new PaymentActs(system.Get<IDocumentStore>(), system.Get<LedgerOptions>(), TimeProvider.System)
            .ReviewAsync(key, FlagVerdict.AskedAgain, "ama", "the proxy is mended", default)).Problem);
        await system.Outcomes.WaitForAsync(key.TransactionId);
        Assert.Equal(0, await system.ReadAsync<int>($"select jsonb_array_length(data->'flags') from kkiaevents.mt_doc_payment where id = '{key.StreamId}'"));
    }

    private static PaymentFacts Claimed(PaymentKey key, DateTimeOffset at) => new()
    {
        Key = key,
        Claims = [new WebhookRecorded(Guid.CreateVersion7(), "transaction.success", 5000, null, "{}", $"digest of {key.TransactionId}", null, at)],
        NoAnswer = new("The test asked nobody.", at),
    };

    private Task<long> EventsAsync(PaymentKey key, string type) =>
        system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = '{key.StreamId}' and type = '{type}'");

    private async Task<string> HealthAsync()
    {
        using var client = new HttpClient { BaseAddress = system.ProcessorAddresses[0] };
        using var health = JsonDocument.Parse(await client.GetStringAsync("/health/ready"));
        return health.RootElement.GetProperty("checks").GetProperty("answers").GetProperty("data").GetProperty("default").GetString()!;
    }
}
