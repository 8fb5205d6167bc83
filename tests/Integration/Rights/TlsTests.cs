using System.Net.Http.Json;
using System.Text.Json;
using KkiaEvents.Bus;
using KkiaEvents.Cli;
using KkiaEvents.Ingress;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Processor;
using KkiaEvents.Sandbox;
using KkiaEvents.Tests.Integration.Infrastructure;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace KkiaEvents.Tests.Integration.Rights;

/// <summary>TLS to the broker and the database, with real certificates: it works, and nothing else does in its place.</summary>
public sealed class TlsTests(TlsServers servers) : IClassFixture<TlsServers>
{
    [Fact]
    public async Task A_payment_goes_its_whole_way_over_TLS()
    {
        servers.Require();
        var cancellation = TestContext.Current.CancellationToken;
        var accounts = await LedgerAccounts.MakeAsync(servers.Ledger());
        await using var sandbox = SandboxApp.Build(
            ["--urls=http://127.0.0.1:0", $"--Sandbox:Merchants:default:WebhookSecret={Installation.Secret}", "--Sandbox:Merchants:default:PublicKey=pk",
             "--Sandbox:Merchants:default:PrivateKey=tpk", "--Sandbox:Merchants:default:SecretKey=tsk", "--Sandbox:Merchants:default:WebhookUrl=http://127.0.0.1:1/unused"]);
        await sandbox.StartAsync(cancellation);
        var spool = Directory.CreateTempSubdirectory("kkiaevents-spool-").FullName;
        string[] Settings(string service) =>
        [
            "--urls=http://127.0.0.1:0", "--Operations:Url=shared", "--Log:Level=Error", $"--ConnectionStrings:RabbitMq={servers.Broker(service, authority: servers.Authority)}", $"--ConnectionStrings:Ledger={accounts.Processor}",
            $"--Kkiapay:Merchants:default:WebhookSecrets:0={Installation.Secret}", "--Kkiapay:Merchants:default:PublicKey=pk", "--Kkiapay:Merchants:default:PrivateKey=tpk",
            "--Kkiapay:Merchants:default:SecretKey=tsk", "--Kkiapay:Merchants:default:Environment=Sandbox", $"--Kkiapay:Merchants:default:ApiBaseUrl={sandbox.Urls.First()}", $"--Ingress:Spool:Directory={spool}",
        ];
        await using var ingress = IngressApp.Build(Settings("ingress"));
        await using var processor = ProcessorApp.Build(Settings("processor"));
        await ingress.StartAsync(cancellation);
        await processor.StartAsync(cancellation);

        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ready = new TaskCompletionSource();
        var heard = FirstAsync(OutcomeListener.ListenAsync(BusAddress.TryParse(servers.Broker("operations", authority: servers.Authority))!, OutcomeListener.Types, ready.SetResult, listening.Token));
        if (await Task.WhenAny(ready.Task, heard) == heard)
            await heard;
        using var client = new HttpClient();
        using var made = await client.PostAsJsonAsync($"{sandbox.Urls.First()}/sandbox/payments", new { amount = 5000, webhook = false }, cancellation);
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("transactionId").GetString()!;
        await Condition.HoldsAsync("the webhook is taken", async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{ingress.Urls.First()}/webhook/kkiapay") { Content = new StringContent(Installation.Body(id), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")) };
            request.Headers.Add("x-kkiapay-secret", Installation.Sign(Installation.Body(id)));
            using var answer = await client.SendAsync(request);
            return answer.IsSuccessStatusCode;
        });
        var outcome = await heard.WaitAsync(Condition.Deadline, cancellation);
        Assert.Equal(("OrderPaid", id), (outcome.Type, outcome.Message.GetProperty("transactionId").GetString()));

        // Nobody went around it: every session of the ledger is encrypted.
        await using var database = NpgsqlDataSource.Create(servers.Ledger());
        await using var plain = database.CreateCommand("select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid) where a.datname = current_database() and a.client_addr is not null and not s.ssl");
        Assert.Equal(0L, await plain.ExecuteScalarAsync(cancellation));

        // kkia too, to both.
        var shown = await KkiaAsync(accounts.Auditor, servers.Broker("operations", authority: servers.Authority), "show", id);
        Assert.True(shown.Code == 0 && shown.Output.Contains(id, StringComparison.Ordinal), shown.Error);
        var dead = await KkiaAsync(accounts.Console, servers.Broker("operations", authority: servers.Authority), "dead", "list");
        Assert.True(dead.Code == 0, dead.Error);
        await processor.StopAsync(cancellation);
        await ingress.StopAsync(cancellation);
        Directory.Delete(spool, recursive: true);
    }

    [Theory]
    [InlineData("another authority")]
    [InlineData("the system's authorities")]
    [InlineData("another name")]
    public async Task A_broker_that_does_not_prove_who_it_is_is_not_spoken_to(string wrong)
    {
        servers.Require();
        var address = BusAddress.TryParse(wrong switch
        {
            "another authority" => servers.Broker("ingress", authority: servers.OtherAuthority),
            "another name" => servers.Broker("ingress", host: "localhost", authority: servers.Authority),
            _ => servers.Broker("ingress"),
        })!;
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => TopologyDeclaration.DeclareAsync(address, TestContext.Current.CancellationToken));
        Assert.Contains("cacertfile", BrokerTrouble.Describe(refused, address), StringComparison.Ordinal);

        // MassTransit's own default takes a certificate of any authority.
        var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.UseKkiaEventsHost(address, "test"));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(8));
        await Assert.ThrowsAnyAsync<Exception>(() => bus.StartAsync(patience.Token));

        var kkia = await KkiaAsync(servers.Ledger(), address.Uri.ToString(), "dead", "list");
        Assert.Equal(1, kkia.Code);
        Assert.Contains("cacertfile", kkia.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_is_not_given_up_where_the_broker_speaks_none()
    {
        servers.Require();
        var plain = BusAddress.TryParse(servers.Broker("ingress", authority: servers.Authority).Replace($":{servers.TlsBrokerPort}/", $":{servers.PlainBrokerPort}/", StringComparison.Ordinal))!;
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => TopologyDeclaration.DeclareAsync(plain, TestContext.Current.CancellationToken));
        Assert.Contains("TLS", BrokerTrouble.Describe(refused, plain), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amqps://a:b@localhost/?cacertfile=/nowhere/ca.pem", "can't be read")]
    [InlineData("amqp://a:b@localhost/?cacertfile=/etc/hostname", "plain text")]
    [InlineData("amqps://a:b@localhost/?verify=verify_none", "can't be switched off")]
    [InlineData("amqps://a:b@localhost/?cacertfile=/etc/hostname", "holds no certificate")]
    public void An_address_that_proves_nothing_stops_the_start(string address, string problem) =>
        Assert.Contains(problem, BusAddress.ProblemOf(address), StringComparison.Ordinal);

    [Theory]
    [InlineData("another authority")]
    [InlineData("another name")]
    public async Task A_database_that_does_not_prove_who_it_is_is_not_spoken_to(string wrong)
    {
        servers.Require();
        var connection = wrong == "another name" ? servers.Ledger(host: "localhost") : servers.Ledger(authority: servers.OtherAuthority);
        await using var ledger = LedgerAccounts.ServicesOf(connection);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => ledger.GetRequiredService<LedgerSchema>().RequireAsync(TestContext.Current.CancellationToken));
        Assert.Contains("Root Certificate", LedgerTrouble.Describe(refused), StringComparison.Ordinal);

        var kkia = await KkiaAsync(connection, servers.Broker("operations"), "list");
        Assert.Equal(1, kkia.Code);
        Assert.Contains("Root Certificate", kkia.Error, StringComparison.Ordinal);
    }

    private static async Task<HeardOutcome> FirstAsync(IAsyncEnumerable<HeardOutcome> outcomes)
    {
        await foreach (var outcome in outcomes)
            return outcome;
        throw new InvalidOperationException("Nothing was heard.");
    }

    private static async Task<Operating.KkiaRun> KkiaAsync(string ledger, string broker, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var settings = new Dictionary<string, string?> { ["ConnectionStrings:Ledger"] = ledger, ["ConnectionStrings:RabbitMq"] = broker };
        var code = await KkiaApp.RunAsync(args, output, error, new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        return new(code, output.ToString(), error.ToString());
    }
}

/// <summary>The database of the other tests speaks plain text only.</summary>
public sealed class PlainDatabaseTests(Services services)
{
    [Theory]
    [InlineData(SslMode.VerifyFull)]
    [InlineData(SslMode.VerifyCA)]
    [InlineData(SslMode.Require)]
    public async Task TLS_is_not_given_up_where_the_database_speaks_none(SslMode mode)
    {
        var asked = new NpgsqlConnectionStringBuilder(services.DatabaseEndpoint.ConnectionString()) { SslMode = mode };
        await using var ledger = LedgerAccounts.ServicesOf(asked.ConnectionString);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => ledger.GetRequiredService<LedgerSchema>().RequireAsync(TestContext.Current.CancellationToken));
        Assert.Contains("does not speak TLS", LedgerTrouble.Describe(refused), StringComparison.Ordinal);
    }
}
