using System.Text.Json;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>Two shops with payments, flags, dead letters and replays of their own, behind one Console.</summary>
public sealed class TwoShopsOfOperators(Services services) : Operators(services)
{
    private static readonly string[] Names = ["shop-a", "shop-b"];

    protected override IReadOnlyList<string> Settings => [.. Names.SelectMany(shop => new[]
    {
        $"--Kkiapay:Merchants:{shop}:WebhookSecrets:0={Secret}", $"--Kkiapay:Merchants:{shop}:PrivateKey=tpk-{shop}", $"--Kkiapay:Merchants:{shop}:Environment=Sandbox",
        $"--Kkiapay:Merchants:{shop}:ApiBaseUrl={Provider.Address.ToString().TrimEnd('/')}",
    })];

    protected override IReadOnlyList<string> SandboxSettings => [.. Names.SelectMany(shop => new[]
    {
        $"--Sandbox:Merchants:{shop}:WebhookSecret=unused", $"--Sandbox:Merchants:{shop}:PublicKey=pk-{shop}", $"--Sandbox:Merchants:{shop}:PrivateKey=tpk-{shop}",
        $"--Sandbox:Merchants:{shop}:SecretKey=tsk-{shop}", $"--Sandbox:Merchants:{shop}:WebhookUrl=http://127.0.0.1:1/unused",
    })];

    protected override IReadOnlyList<string> ConsoleSettings => Settings;

    /// <summary>Fills a shop.</summary>
    public async Task<Shop> ShopAsync(string name)
    {
        var shop = new Shop(name, $"{name}-order-{Guid.NewGuid():n}", $"{name}-flagged-{Guid.NewGuid():n}");
        await Operators.PostAsync(Operator, "/api/v1/expectations", new { merchant = name, orderId = shop.Order, amount = Shop.Amount });
        await Operators.PostAsync(Operator, "/api/v1/expectations", new { merchant = name, orderId = shop.FlaggedOrder, amount = Shop.Amount + 1 });
        shop.Paid = await TakeAsync(name, shop.Order);
        shop.Flagged = await TakeAsync(name, shop.FlaggedOrder);
        var shared = await TakeAsync(name, Shop.SharedOrder);
        await Condition.HoldsAsync($"what {name} sold is delivered", async () =>
            await ReadAsync<long>($"select count(*) from kkiaevents.deliveries where transaction_id in ('{shop.Paid}', '{shop.Flagged}', '{shared}') and delivered_at is not null") == 3);
        shop.Dead = await PutAsideAsync(shop.Paid, name);
        shop.Run = await ReplayAsync(new { merchant = name });
        return shop;
    }

    /// <summary>Publishes stored outcomes again; the run's id, when it is complete.</summary>
    public async Task<string> ReplayAsync(object selection)
    {
        var (status, run) = await Operators.PostAsync(Operator, "/api/v1/replays", new { selection, reason = "a test", confirm = true, perSecond = 5000 });
        Assert.True(status == 202, $"{status} {run}");
        var id = run.GetProperty("started").GetProperty("runId").GetString()!;
        await Condition.HoldsAsync("the run is complete", async () =>
            JsonDocument.Parse(await Operator.GetStringAsync($"/api/v1/replays/{id}")).RootElement.GetProperty("ended").ValueKind == JsonValueKind.Object);
        return id;
    }

    private async Task<string> TakeAsync(string shop, string order)
    {
        var id = await Provider.PayAsync(new { merchant = shop, amount = Shop.Amount, stateData = new { orderId = order } });
        using var taken = await PostAsync(Body(id, amount: Shop.Amount, order: order), path: $"/webhook/kkiapay/{shop}");
        Assert.True(taken.IsSuccessStatusCode, $"{taken.StatusCode}");
        return id;
    }
}

/// <summary>What a shop has, by the names that tell it from another's.</summary>
/// <param name="Name">The merchant.</param>
/// <param name="Order">A paid order.</param>
/// <param name="FlaggedOrder">An order whose payment is flagged.</param>
public sealed record Shop(string Name, string Order, string FlaggedOrder)
{
    public const long Amount = 7_654_321;

    /// <summary>An order id that both shops gave out.</summary>
    public const string SharedOrder = "order-of-both";

    public string Paid { get; set; } = "";

    public string Flagged { get; set; } = "";

    /// <summary>A message that waits for a person.</summary>
    public string Dead { get; set; } = "";

    /// <summary>A replay run.</summary>
    public string Run { get; set; } = "";

    /// <summary>What betrays the shop wherever it stands.</summary>
    public IEnumerable<string> Marks => [Name, Order, FlaggedOrder, Paid, Flagged, Dead, Run];
}
