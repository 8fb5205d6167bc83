using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>KKiaPay limits us, or is down: two Processors slow down as one, and recover as one.</summary>
public class BackpressureTests(BackpressureTests.TwoProcessors system) : IClassFixture<BackpressureTests.TwoProcessors>
{
    [Fact]
    public async Task While_KKiaPay_limits_us_webhooks_wait_and_recovery_is_no_stampede()
    {
        const int payments = 300;
        await system.Provider.PayManyAsync("limited_", payments + 1);
        await system.Provider.FaultAsync(new { rateLimitPerSecond = 0, retryAfterSeconds = 10 });
        var before = await system.Provider.CallsAsync("faulted");
        await system.NotifyAsync($"limited_{payments}", order: $"limited_{payments}");
        await Condition.HoldsAsync("the circuit is open", () => StateIsAsync("default", "Open"));

        await Parallel.ForEachAsync(Enumerable.Range(0, payments), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, _) =>
        {
            using var answer = await system.PostAsync(Installation.Body($"limited_{n}", order: $"limited_{n}"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        });
        await Condition.HoldsAsync("all wait", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.due where merchant = 'default'") == payments + 1);
        // Both Processors have taken them from the queue. Each opening was the fruit of one question; one more may be under way.
        var asked = await system.Provider.CallsAsync("faulted") - before;
        Assert.InRange(asked, 1, await system.ReadAsync<int>("select openings from kkiaevents.circuits where merchant = 'default'") + 1);
        Assert.True(await system.ReadAsync<long>("select count(*) from kkiaevents.due where reason = 'not asked' and attempts = 0") > payments / 2);
        Assert.True(await system.ReadAsync<long>("select count(distinct due_at) from kkiaevents.due where reason = 'not asked'") > payments / 2);
        Assert.DoesNotContain(system.Outcomes.All, o => o.TransactionId.StartsWith("limited_", StringComparison.Ordinal));

        await system.Provider.HealAsync();
        await Condition.HoldsAsync("all are paid", () => Of("limited_").Count == payments + 1, TimeSpan.FromMinutes(2));
        Assert.All(Of("limited_"), o => Assert.Equal("OrderPaid", o.Type));
        // The probe, a second's worth at the first rate, another one, and what these let it grow by.
        Assert.InRange(await InTheFirstSecondAsync("limited_"), 1, 16);
        Assert.Equal(payments + 1, await system.ReadAsync<long>("select count(*) from kkiaevents.mt_events where type = 'verification_answered' and stream_id like 'default/limited%'"));
        await Condition.HoldsAsync("the circuit is closed", () => StateIsAsync("default", "Closed"), TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task One_merchant_whose_KKiaPay_is_down_slows_no_other_and_is_seen()
    {
        for (var n = 0; n < 10; n++)
        {
            using var answer = await system.PostAsync(Installation.Body($"down_{n}"), path: "/webhook/kkiapay/down");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await Condition.HoldsAsync("the circuit is open", () => StateIsAsync("down", "Open"));
        using var client = new HttpClient();
        foreach (var processor in system.ProcessorAddresses)
        {
            await Condition.HoldsAsync("both show it", async () =>
                (await client.GetStringAsync(new Uri(processor, "/metrics"))).Split('\n').Any(l => IsSample(l, "kkiaevents_provider_circuit{", "down") && !l.Contains("} 0", StringComparison.Ordinal)));
            var health = await client.GetFromJsonAsync<JsonElement>(new Uri(processor, "/health/ready"));
            Assert.Equal("Degraded", health.GetProperty("checks").GetProperty("provider").GetProperty("status").GetString());
            Assert.Contains("unavailable", health.GetProperty("checks").GetProperty("provider").GetProperty("data").GetProperty("down").GetString(), StringComparison.Ordinal);
        }

        // Either of them opened it, and either was handed what is not asked about.
        await Condition.HoldsAsync("the opening and what was not asked are counted", async () =>
        {
            var metrics = (await Task.WhenAll(system.ProcessorAddresses.Select(p => client.GetStringAsync(new Uri(p, "/metrics"))))).SelectMany(m => m.Split('\n')).ToList();
            return metrics.Any(l => IsSample(l, "kkiaevents_provider_circuit_openings_total{", "down"))
                && metrics.Any(l => IsSample(l, "kkiaevents_provider_not_asked_total{", "down"))
                && metrics.Any(l => IsSample(l, "kkiaevents_provider_circuit{", "neighbour") && l.Contains("} 0", StringComparison.Ordinal));
        });

        await system.Provider.PayAsync(new { transactionId = "neighbour_1", merchant = "neighbour", amount = 5000 });
        using (var answer = await system.PostAsync(Installation.Body("neighbour_1"), path: "/webhook/kkiapay/neighbour"))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await system.Outcomes.WaitForAsync("neighbour_1");
        Assert.Equal(0, await system.ReadAsync<long>("select count(*) from kkiaevents.circuits where merchant = 'neighbour'"));
        await Condition.HoldsAsync("all of them wait", async () => await system.ReadAsync<long>("select count(*) from kkiaevents.due where merchant = 'down'") == 10);
    }

    [Fact]
    public async Task A_refund_that_is_asked_for_while_KKiaPay_is_down_is_sent_when_it_is_back()
    {
        foreach (var id in new[] { "given_back", "giver_trouble" })
            await system.Provider.PayAsync(new { transactionId = id, merchant = "giver", amount = 5000, method = "MOBILE_MONEY" });
        await TakenAsync("giver", "given_back");
        await system.Outcomes.WaitForAsync("given_back");

        await system.Provider.FaultAsync(new { rateLimitPerSecond = 0, retryAfterSeconds = 1 });
        await TakenAsync("giver", "giver_trouble");
        await Condition.HoldsAsync("the circuit is open", () => StateIsAsync("giver", "Open"));
        Assert.Null((await system.Get<PaymentActs>().RequestRefundAsync(new("giver", "given_back"), "ama", "goods returned", default)).Problem);
        await Condition.HoldsAsync("its payment was asked about, to see whether KKiaPay is back", async () =>
            await system.ReadAsync<long>("select count(*) from kkiaevents.due where transaction_id = 'given_back' and attempts > 0") == 1);

        // Sent at that moment it would be lost, and a refund is never sent twice.
        Assert.Equal(0, await system.ReadAsync<long>("select count(*) from kkiaevents.mt_events where stream_id = 'giver/given_back' and type = 'refund_sent'"));
        await system.Provider.HealAsync();
        await system.Outcomes.WaitForAsync("given_back", "OrderRefunded");
        await system.Outcomes.WaitForAsync("giver_trouble");
    }

    private async Task TakenAsync(string merchant, string id)
    {
        using var answer = await system.PostAsync(Installation.Body(id), path: $"/webhook/kkiapay/{merchant}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static bool IsSample(string line, string start, string merchant) =>
        line.StartsWith(start, StringComparison.Ordinal) && line.Contains($"merchant=\"{merchant}\"", StringComparison.Ordinal);

    private async Task<bool> StateIsAsync(string merchant, string state) =>
        await system.ReadAsync<long>($"select count(*) from kkiaevents.circuits where merchant = '{merchant}' and state = '{state}'") == 1;

    // Each answer is stored with its time, so that what KKiaPay was asked can be counted afterwards.
    private Task<long> InTheFirstSecondAsync(string prefix) => system.ReadAsync<long>(
        $"""
        with answers as (
            select (data ->> 'answeredAt')::timestamptz as at from kkiaevents.mt_events
            where type = 'verification_answered' and stream_id like 'default/{prefix}%')
        select count(*) from answers where at < (select min(at) from answers) + interval '1 second'
        """);

    private List<ReceivedOutcome> Of(string prefix) => [.. system.Outcomes.Distinct.Where(o => o.TransactionId.StartsWith(prefix, StringComparison.Ordinal))];

    /// <summary>Two Processors; beside the usual merchant one whose KKiaPay takes no connection, a neighbour of it, and one that gives money back.</summary>
    public sealed class TwoProcessors(Services services) : Installation(services)
    {
        protected override int Processors => 2;

        protected override IReadOnlyList<string> Settings =>
        [
            $"--Kkiapay:Merchants:down:WebhookSecrets:0={Secret}", "--Kkiapay:Merchants:down:PrivateKey=tpk_down", "--Kkiapay:Merchants:down:ApiBaseUrl=http://127.0.0.1:1",
            .. Merchant("neighbour"), .. Merchant("giver"),
        ];

        protected override IReadOnlyList<string> SandboxSettings => [.. MerchantOfSandbox("neighbour"), .. MerchantOfSandbox("giver")];

        private string[] Merchant(string name) =>
        [
            $"--Kkiapay:Merchants:{name}:WebhookSecrets:0={Secret}", $"--Kkiapay:Merchants:{name}:PublicKey=pk-{name}", $"--Kkiapay:Merchants:{name}:PrivateKey=tpk-{name}",
            $"--Kkiapay:Merchants:{name}:SecretKey=tsk-{name}", $"--Kkiapay:Merchants:{name}:ApiBaseUrl={Provider.Address}",
        ];

        private static string[] MerchantOfSandbox(string name) =>
        [
            $"--Sandbox:Merchants:{name}:WebhookSecret={Secret}", $"--Sandbox:Merchants:{name}:PublicKey=pk-{name}", $"--Sandbox:Merchants:{name}:PrivateKey=tpk-{name}",
            $"--Sandbox:Merchants:{name}:SecretKey=tsk-{name}", $"--Sandbox:Merchants:{name}:WebhookUrl=http://127.0.0.1:1/unused",
        ];
    }
}
