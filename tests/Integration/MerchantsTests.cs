using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration;

/// <summary>Two shops from the start, whose settings are files as Docker's and Kubernetes' secrets are.</summary>
public sealed class TwoShops(Services services) : Installation(services)
{
    private readonly DirectoryInfo _secrets = Directory.CreateTempSubdirectory("kkiaevents-secrets-");

    protected override IReadOnlyList<string> SandboxSettings => [.. ShopOfSandbox("shop-a"), .. ShopOfSandbox("shop-b"), .. ShopOfSandbox("late"), .. ShopOfSandbox("latecomer")];

    protected override IReadOnlyList<string> Settings
    {
        get
        {
            Configure("shop-a", "secret-a");
            Configure("shop-b", "secret-b");
            return [$"--SecretsDirectory={_secrets.FullName}"];
        }
    }

    /// <summary>Writes a shop's settings, as an operator would while the services run.</summary>
    public void Configure(string shop, params string[] webhookSecrets)
    {
        for (var n = 0; n < webhookSecrets.Length; n++)
            Write(shop, $"WebhookSecrets__{n}", webhookSecrets[n]);
        Write(shop, "PrivateKey", $"tpk-{shop}");
        Write(shop, "Environment", "Sandbox");
        Write(shop, "ApiBaseUrl", Provider.Address.ToString().TrimEnd('/'));
    }

    public void Write(string shop, string setting, string value) =>
        File.WriteAllText(Path.Combine(_secrets.FullName, $"Kkiapay__Merchants__{shop}__{setting}"), value);

    private static string[] ShopOfSandbox(string shop) =>
    [
        $"--Sandbox:Merchants:{shop}:WebhookSecret=unused", $"--Sandbox:Merchants:{shop}:PublicKey=pk-{shop}", $"--Sandbox:Merchants:{shop}:PrivateKey=tpk-{shop}",
        $"--Sandbox:Merchants:{shop}:SecretKey=tsk-{shop}", $"--Sandbox:Merchants:{shop}:WebhookUrl=http://127.0.0.1:1/unused",
    ];
}

/// <summary>Several merchants in one installation; none pays for another, and all can change while everything runs.</summary>
public class MerchantsTests(TwoShops system) : IClassFixture<TwoShops>
{
    [Fact]
    public async Task Each_merchant_pays_its_own_order_though_both_give_it_the_same_name()
    {
        var (a, b) = (await PayAsync("shop-a", "order-1"), await PayAsync("shop-b", "order-1"));
        await TakenAsync("shop-a", a, "secret-a", "order-1");
        await TakenAsync("shop-b", b, "secret-b", "order-1");
        Assert.Equal("shop-a", (await system.Outcomes.WaitForAsync(a)).Text("merchant"));
        Assert.Equal("shop-b", (await system.Outcomes.WaitForAsync(b)).Text("merchant"));
    }

    [Fact]
    public async Task A_payment_of_one_merchant_pays_nothing_for_another()
    {
        var id = await PayAsync("shop-a", "order-theirs");
        await TakenAsync("shop-b", id, "secret-b", "order-theirs");
        await Condition.HoldsAsync("KKiaPay was asked with the other's keys", async () =>
            await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'shop-b/{id}' and type = 'verification_answered'") > 0);
        Assert.DoesNotContain(system.Outcomes.Of(id), o => o.Type == "OrderPaid");
    }

    [Fact]
    public async Task A_secret_of_one_merchant_opens_no_other()
    {
        using var refused = await system.PostAsync(Installation.Body("txn_x"), Installation.Sign(Installation.Body("txn_x"), "secret-a"), "/webhook/kkiapay/shop-b");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_merchant_is_added_and_its_secret_rotated_without_a_restart()
    {
        var id = await PayAsync("late", "order-late");
        using (var unknown = await PostAsync("late", id, "secret-1", "order-late"))
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        system.Configure("late", "secret-1");
        await TakenAsync("late", id, "secret-1", "order-late");
        Assert.Equal("late", (await system.Outcomes.WaitForAsync(id)).Text("merchant"));

        // While it is rotated both hold; then only the new one does.
        system.Configure("late", "secret-1", "secret-2");
        await TakenAsync("late", id, "secret-2", "order-late");
        using (var old = await PostAsync("late", id, "secret-1", "order-late"))
            Assert.Equal(HttpStatusCode.OK, old.StatusCode);
        system.Configure("late", "secret-2", "secret-2");
        await Condition.HoldsAsync("the old secret opens nothing", async () =>
        {
            using var old = await PostAsync("late", id, "secret-1", "order-late");
            return old.StatusCode == HttpStatusCode.Unauthorized;
        });
    }

    [Fact]
    public async Task A_key_of_KKiaPays_is_rotated_while_its_merchants_payments_wait_and_they_are_paid()
    {
        var waiting = await PayAsync("shop-b", "order-before-rotation");
        system.Write("shop-b", "PrivateKey", "tpk-shop-b-old");
        await Condition.HoldsAsync("the old key is refused", async () =>
        {
            await TakenAsync("shop-b", $"rotation_{Guid.NewGuid():n}", "secret-b", "o");
            return await system.ReadAsync<long>("select count(*) from kkiaevents.due where merchant = 'shop-b' and transaction_id like 'rotation_%' and last_error is not null") > 0;
        });
        await TakenAsync("shop-b", waiting, "secret-b", "order-before-rotation");
        await Condition.HoldsAsync("it waits", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.due where transaction_id = '{waiting}' and last_error is not null") > 0);

        system.Write("shop-b", "PrivateKey", "tpk-shop-b");
        Assert.Equal("OrderPaid", (await system.Outcomes.WaitForAsync(waiting)).Type);
    }

    [Fact]
    public async Task A_merchant_that_gets_anothers_keys_while_running_waits_until_it_has_its_own()
    {
        var theirs = await PayAsync("shop-a", "order-shared");
        system.Configure("latecomer", "secret-late");
        system.Write("latecomer", "PrivateKey", "tpk-shop-a");
        await Condition.HoldsAsync("health names both", async () => (await AccountsAsync()) is { } said
            && said.Contains("Kkiapay__Merchants__latecomer__PrivateKey", StringComparison.Ordinal) && said.Contains("Kkiapay__Merchants__shop-a__PrivateKey", StringComparison.Ordinal));

        // shop-a's payment, told to the one that has shop-a's key: KKiaPay would confirm it.
        await TakenAsync("latecomer", theirs, "secret-late", "order-shared");
        await Condition.HoldsAsync("it waits", async () => await system.ReadAsync<long>(
            $"select count(*) from kkiaevents.due where merchant = 'latecomer' and transaction_id = '{theirs}' and reason = 'keys refused' and last_error like '%shop-a%'") == 1);
        Assert.Equal(0, await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'latecomer/{theirs}' and type = 'verification_answered'"));

        // Who had the key before goes on.
        await TakenAsync("shop-a", theirs, "secret-a", "order-shared");
        Assert.Equal("shop-a", (await system.Outcomes.WaitForAsync(theirs)).Text("merchant"));

        system.Write("latecomer", "PrivateKey", "tpk-latecomer");
        await Condition.HoldsAsync("health is well again", async () => await AccountsAsync() is null);
        var own = await PayAsync("latecomer", "order-own");
        await TakenAsync("latecomer", own, "secret-late", "order-own");
        Assert.Equal("latecomer", (await system.Outcomes.WaitForAsync(own)).Text("merchant"));
        await Condition.HoldsAsync("what waited is asked about, and is another's", async () =>
            await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where stream_id = 'latecomer/{theirs}' and type = 'verification_answered'") > 0);
        Assert.DoesNotContain(system.Outcomes.Of(theirs), o => o.Type == "OrderPaid" && o.Text("merchant") == "latecomer");
    }

    [Fact]
    public async Task A_merchants_bad_key_makes_its_own_payments_wait_and_no_others()
    {
        // Take out: the catch of OptionsValidationException in Verifier.
        system.Configure("broken", "secret-x");
        await Condition.HoldsAsync("the merchant is there", async () =>
        {
            using var response = await PostAsync("broken", "broken_first", "secret-x", "o");
            return response.IsSuccessStatusCode;
        });
        // Processor has its own watch on the files: it must have had the good key before the bad one.
        await Condition.HoldsAsync("Processor has asked with its key", async () =>
            await system.ReadAsync<long>("select count(*) from kkiaevents.due where merchant = 'broken' and last_error is not null and last_error not like 'No merchant%'") > 0);
        system.Write("broken", "PrivateKey", "half written");
        await Condition.HoldsAsync("its key is refused", async () =>
        {
            await TakenAsync("broken", $"broken_{Guid.NewGuid():n}", "secret-x", "o");
            return await system.ReadAsync<long>("select count(*) from kkiaevents.due where merchant = 'broken' and last_error like '%as they are configured%'") > 0;
        });

        var others = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => PayAsync("shop-a", $"order-beside-{n}")));
        await Task.WhenAll(others.Select((id, n) => TakenAsync("shop-a", id, "secret-a", $"order-beside-{n}"))
            .Concat(Enumerable.Range(0, 10).Select(n => TakenAsync("broken", $"broken_beside_{n}", "secret-x", "o"))));
        foreach (var id in others)
            await system.Outcomes.WaitForAsync(id);
        await Condition.HoldsAsync("every one of the broken merchant's waits", async () =>
            await system.ReadAsync<long>("select count(*) from kkiaevents.due where merchant = 'broken' and transaction_id like 'broken_beside_%'") == 10);
    }

    [Fact]
    public async Task A_merchant_has_order_rules_of_its_own_and_they_change_without_a_restart()
    {
        system.Write("shop-b", "Orders__Unannounced", "Flag");
        await Condition.HoldsAsync("shop-b's unannounced orders are flagged", async () =>
        {
            var order = $"order-{Guid.NewGuid():n}";
            var id = await PayAsync("shop-b", order);
            await TakenAsync("shop-b", id, "secret-b", order);
            await Condition.HoldsAsync("it is decided", () => system.Outcomes.Of(id).Count > 0);
            return system.Outcomes.Of(id)[0].Type == "OrderPaymentFlagged";
        });
        var other = await PayAsync("shop-a", "order-unannounced");
        await TakenAsync("shop-a", other, "secret-a", "order-unannounced");
        await system.Outcomes.WaitForAsync(other);
        system.Write("shop-b", "Orders__Unannounced", "Accept");
        await Condition.HoldsAsync("shop-b's unannounced orders are accepted again", async () =>
        {
            var order = $"order-{Guid.NewGuid():n}";
            var id = await PayAsync("shop-b", order);
            await TakenAsync("shop-b", id, "secret-b", order);
            await Condition.HoldsAsync("it is decided", () => system.Outcomes.Of(id).Count > 0);
            return system.Outcomes.Of(id)[0].Type == "OrderPaid";
        });
    }

    /// <summary>What health says about shared accounts; null when it says nothing.</summary>
    private async Task<string?> AccountsAsync()
    {
        using var client = new HttpClient { BaseAddress = system.ProcessorAddresses[0] };
        var health = await client.GetFromJsonAsync<JsonElement>("/health/ready");
        var check = health.GetProperty("checks").GetProperty("accounts");
        return check.GetProperty("status").GetString() == "Healthy" ? null : check.GetProperty("data").ToString();
    }

    private Task<string> PayAsync(string shop, string order) => system.Provider.PayAsync(new { merchant = shop, amount = 5000, stateData = new { orderId = order } });

    private Task<HttpResponseMessage> PostAsync(string shop, string id, string secret, string order)
    {
        var body = Installation.Body(id, order: order);
        return system.PostAsync(body, Installation.Sign(body, secret), $"/webhook/kkiapay/{shop}");
    }

    private Task TakenAsync(string shop, string id, string secret, string order) => Condition.HoldsAsync($"{shop}'s webhook is taken", async () =>
    {
        using var response = await PostAsync(shop, id, secret, order);
        return response.IsSuccessStatusCode;
    });
}
