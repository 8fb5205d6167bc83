using System.Text.Json;
using KkiaEvents.ServiceDefaults;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Secrets;

/// <summary>No secret is ever written anywhere: a run of good and bad ways, and then everything that it wrote is searched.</summary>
public class SecretsTests(MarkedSystem system) : IClassFixture<MarkedSystem>
{
    private const string Phone = "22967";

    private static readonly string Payer = Phone + Random.Shared.Next(100_000, 1_000_000);

    private static readonly string Caller = Phone + Random.Shared.Next(100_000, 1_000_000);

    [Fact]
    public async Task No_secret_and_no_phone_number_is_in_anything_that_a_run_wrote()
    {
        await PaymentsAsync();
        await RefusedWebhooksAsync();
        await OperatorsAsync();
        await ServersThatRefuseAsync();
        await WrongConfigurationsAsync();
        await system.CollectAsync();

        // There must be something to search, of every kind, and it must be what a run writes.
        foreach (var kind in new[] { "log Ingress", "log Processor", "log Console", "log Sandbox", "trace /v1/traces", "metrics", "bus publish.", "bus deliver.", "row of kkiaevents.mt_events", "file", "answer 200", "answer 401", "answer 503" })
            Assert.True(system.Evidence.CountOf(kind) > 0, $"There is no {kind}.");
        Assert.True(system.Evidence.Has("log Ingress", "paid_hmac"));
        Assert.True(system.Evidence.Has("trace", "/webhook/kkiapay"));
        Assert.True(system.Evidence.Has("bus", Payer));
        Assert.True(system.Evidence.Has("row", "paid_secret"));
        Assert.True(system.Evidence.Has("file", "spooled_secret"));

        var found = system.Marks.SelectMany(mark => system.Evidence.Find(mark.Value, _ => true).Select(place => $"The {mark.Key} in {place}")).Take(20).ToList();
        // Events and raw bodies hold the payer's number: that is their purpose. Logs, traces and metrics don't.
        foreach (var number in new[] { Payer, Caller })
            found.AddRange(system.Evidence.Find(number, where => where.StartsWith("log", StringComparison.Ordinal) || where.StartsWith("trace", StringComparison.Ordinal) || where.StartsWith("metrics", StringComparison.Ordinal)).Select(place => $"A phone number in {place}").Take(5));
        Assert.True(found.Count == 0, string.Join("\n\n", found));
    }

    // Paid, failed, asked again, of an unknown transaction, parked, poisonous, and by every form of the signature.
    private async Task PaymentsAsync()
    {
        foreach (var (id, outcome) in new[] { ("paid_hmac", "success"), ("paid_secret", "success"), ("failed", "failed"), ("pending", "pending"), ("unknown", "unknown") })
            await system.SendAsync(system.Sandbox, HttpMethod.Post, "/sandbox/payments", $$"""{"transactionId":"{{id}}","outcome":"{{outcome}}","phone":"{{Payer}}","amount":5000,"webhook":false,"stateData":{"orderId":"o-{{id}}"} }""");
        foreach (var id in new[] { "paid_hmac", "failed", "pending", "unknown" })
            await TakenAsync(Webhook(id), hmac: true);
        await TakenAsync(Webhook("paid_secret"), hmac: false);
        await TakenAsync($"no JSON, called from {Caller}", hmac: false);
        await TakenAsync($$"""{"event":"transaction.unheard","transactionId":"parked","account":"{{Caller}}"}""", hmac: false);
        var strange = Webhook("of_strange");
        Assert.Equal(200, await system.SendAsync(system.Ingress.Http, HttpMethod.Post, "/webhook/kkiapay/strange", strange, ("x-kkiapay-secret", system.Mark("webhook secret in a file"))));
        await Condition.HoldsAsync("both are paid", async () => await CountAsync("select count(*) from kkiaevents.mt_events where type = 'order_paid' and stream_id like 'default/paid%'") == 2);
        await Condition.HoldsAsync("the keys are refused", async () => await CountAsync("select count(*) from kkiaevents.due where merchant = 'strange' and last_error is not null") > 0);
        await system.SendAsync(system.Sandbox, HttpMethod.Put, "/sandbox/faults", """{"errorRate":1,"errorStatus":500}""");
        for (var i = 0; i < 10; i++)
            await TakenAsync(Webhook($"faulty_{i}"), hmac: false);
        await Condition.HoldsAsync("faults were met", async () => await CountAsync("select count(*) from kkiaevents.due where transaction_id like 'faulty%' and last_error is not null") > 0);
        await system.SendAsync(system.Sandbox, HttpMethod.Delete, "/sandbox/faults");

        // A key that no HTTP header can carry, as a slip of an editor leaves it.
        await File.WriteAllTextAsync(Path.Combine(system.SecretsDirectory, "Kkiapay__Merchants__strange__PrivateKey"), $"{system.Mark("private key with a line break")}\nx");
        await Condition.HoldsAsync("the keys can't be used", async () =>
        {
            await system.SendAsync(system.Ingress.Http, HttpMethod.Post, "/webhook/kkiapay/strange", Webhook($"of_strange_{Guid.NewGuid():n}"), ("x-kkiapay-secret", system.Mark("webhook secret in a file")));
            return await CountAsync("select count(*) from kkiaevents.due where merchant = 'strange' and last_error like '%as they are configured%'") > 0;
        });
        await File.WriteAllTextAsync(Path.Combine(system.SecretsDirectory, "Kkiapay__Merchants__strange__PrivateKey"), system.Mark("private key that KKiaPay refuses"));
    }

    private async Task RefusedWebhooksAsync()
    {
        var body = Webhook("refused");
        foreach (var header in new[] { system.Mark("secret that is nobody's"), Installation.Sign(body, "another"), system.Mark("webhook secret") + "x" })
            Assert.Equal(401, await system.SendAsync(system.Ingress.Http, HttpMethod.Post, "/webhook/kkiapay", body, ("x-kkiapay-secret", header)));
        Assert.Equal(404, await system.SendAsync(system.Ingress.Http, HttpMethod.Post, "/webhook/kkiapay/nobody", body, ("x-kkiapay-secret", system.Mark("webhook secret"))));
        Assert.Equal(415, await system.SendAsync(system.Ingress.Http, HttpMethod.Post, "/webhook/kkiapay", body, ("x-kkiapay-secret", system.Mark("secret that is nobody's")), ("Content-Encoding", "gzip")));
        Assert.Equal(413, await system.SendAsync(system.Ingress.Http, HttpMethod.Post, "/webhook/kkiapay", new string(' ', 70_000), ("x-kkiapay-secret", system.Mark("webhook secret"))));
    }

    private async Task OperatorsAsync()
    {
        Assert.Equal(401, await system.SendAsync(system.Console.Http, HttpMethod.Get, "/api/v1/payments", null, ("Authorization", $"Bearer kkia_{system.Mark("API key that is nobody's")}")));
        foreach (var path in new[] { "/api/v1/keys", "/api/v1/payments", "/api/v1/payments/default/paid_secret", "/api/v1/orders/default/o-paid_secret", "/api/v1/stories?transaction=paid_secret", "/api/v1/stories?transactionId=paid_secret", "/api/v1/dead-letters/kkiaevents-parked", "/api/v1/dead-letters/kkiaevents-dead", "/api/v1/rederivation", "/api/v1/export", "/openapi/v1.json" })
            await system.SendAsync(system.Admin, HttpMethod.Get, path);
        Assert.Equal(200, await system.SendAsync(system.Admin, HttpMethod.Post, "/api/v1/expectations", """{"orderId":"announced","amount":5000}"""));
        await system.SendAsync(system.Admin, HttpMethod.Post, "/api/v1/expectations", "not json");
        await system.SendAsync(system.Admin, HttpMethod.Post, "/api/v1/payments/default/paid_hmac/refund", """{"reason":"asked"}""");
        await Condition.HoldsAsync("it is refunded", async () => await CountAsync("select count(*) from kkiaevents.mt_events where type = 'order_refunded'") > 0);
    }

    // The broker and the database are there, but refuse the password; and then there is none at all.
    private async Task ServersThatRefuseAsync()
    {
        var brokerless = system.Settings();
        brokerless["ConnectionStrings__RabbitMq"] = brokerless["ConnectionStrings__RabbitMq"]!.Replace(system.Mark("broker password"), system.Mark("broker password that is refused"), StringComparison.Ordinal);
        brokerless["Ingress__Spool__Directory"] = system.Folder("brokerless");
        await using var ingress = system.Start("Ingress", brokerless);
        await ingress.AnswersAsync("/health/live");
        Assert.Equal(200, await system.SendAsync(ingress.Http, HttpMethod.Post, "/webhook/kkiapay", Webhook("spooled_secret"), ("x-kkiapay-secret", system.Mark("webhook secret"))));
        await system.SendAsync(ingress.Http, HttpMethod.Get, "/health/ready");

        var refused = system.Settings();
        refused["ConnectionStrings__Ledger"] = refused["ConnectionStrings__Ledger"]!.Replace(system.Mark("database password"), system.Mark("database password that is refused"), StringComparison.Ordinal);
        var nowhere = system.Settings();
        nowhere["ConnectionStrings__Ledger"] = $"Host=127.0.0.1;Port=1;Database=d;Username=u;Password={system.Mark("database password for nobody")};Timeout=1";
        nowhere["ConnectionStrings__RabbitMq"] = $"amqp://u:{system.Mark("broker password for nobody")}@127.0.0.1:1/";
        foreach (var settings in new[] { refused, nowhere })
        {
            await using var processor = system.Start("Processor", new(settings));
            await using var console = system.Start("Console", new(settings));
            foreach (var process in new[] { processor, console })
            {
                await process.AnswersAsync("/health/live");
                await Condition.HoldsAsync("it says that it is not ready", async () => await system.SendAsync(process.Http, HttpMethod.Get, "/health/ready") == 503);
            }

            await system.SendAsync(console.Http, HttpMethod.Get, "/api/v1/payments", null, ("Authorization", $"Bearer {system.Mark("API key")}"));
        }

        await system.CollectAsync();
    }

    private async Task WrongConfigurationsAsync()
    {
        foreach (var (service, key, value) in new[]
        {
            ("Ingress", "ConnectionStrings__RabbitMq", $"http://user:{system.Mark("password in a wrong URI")}@host"),
            ("Ingress", "ConnectionStrings__RabbitMq", system.Mark("password in place of a URI")),
            ("Processor", "ConnectionStrings__Ledger", $"Host=h;Pasword={system.Mark("password in a misspelt connection string")}"),
            ("Processor", "ConnectionStrings__Ledger", $"postgres://u:{system.Mark("password in a URI of PostgreSQL")}@h/d"),
            ("Console", "ConnectionStrings__Ledger", $"Password={system.Mark("password without a host")}"),
            ("Processor", "Kkiapay__Merchants__default__PrivateKey", $"{system.Mark("private key with spaces")} and more"),
            ("Processor", "Kkiapay__Merchants__default__ApiBaseUrl", $"http://u:{system.Mark("password in the API's address")}@127.0.0.1:1?{system.Mark("token in the API's address")}"),
            ("Processor", "Kkiapay__Merchants__default__Environment", system.Mark("key in place of the environment")),
            ("Processor", "Kkiapay__Merchants__default__Dialect", system.Mark("key in place of the dialect")),
        })
        {
            var settings = system.Settings();
            settings[key] = value;
            await using var process = system.Start(service, settings);
            await process.Exited.WaitAsync(Condition.Deadline);
            Assert.True(process.ExitCode == ConfigurationProblemException.ExitCode, $"{service} with a wrong {key} ended with {process.ExitCode}.");
        }
    }

    private static string Webhook(string id) => JsonSerializer.Serialize(new
    {
        @event = "transaction.success", transactionId = id, isPaymentSucces = true, amount = 5000, account = Payer, stateData = new { orderId = $"o-{id}", phone = Caller },
    });

    private async Task TakenAsync(string body, bool hmac)
    {
        var secret = system.Mark("webhook secret");
        Assert.Equal(200, await system.SendAsync(system.Ingress.Http, HttpMethod.Post, "/webhook/kkiapay", body, ("x-kkiapay-secret", hmac ? Installation.Sign(body, secret) : secret)));
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var command = system.Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
