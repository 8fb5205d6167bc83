using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KkiaEvents.Ingress;
using KkiaEvents.Processor;
using KkiaEvents.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>
/// A whole system of its own for one test class: Sandbox, Ingress and Processors as their programs compose them, on a
/// virtual host and a database that nobody else uses.
/// </summary>
public class Installation(Services services) : IAsyncLifetime
{
    public const string Secret = "whsec_test_0123456789";

    private readonly List<WebApplication> _processors = [];
    private WebApplication? _ingress;
    private WebApplication? _sandbox;

    public Services Services { get; } = services;

    /// <summary>The broker with all rights, for tests that look or break things. Services have users of their own.</summary>
    public string AmqpUri { get; private set; } = "";

    /// <summary>The broker's address for a service: ingress, processor, operations, subscriber.</summary>
    public Func<string, string> AmqpUriOf { get; private set; } = _ => "";

    /// <summary>The owner's, for tests that look into the ledger. Services have logins of their own.</summary>
    public string LedgerConnection { get; private set; } = "";

    /// <summary>The ledger's roles by name, and the services' logins.</summary>
    public LedgerAccounts Ledger { get; private set; } = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    /// <summary>Where Ingress keeps what the broker does not take.</summary>
    public string SpoolDirectory { get; } = Path.Combine(Path.GetTempPath(), $"kkiaevents-spool-{Guid.NewGuid():n}");

    public HttpClient Ingress { get; private set; } = null!;

    /// <summary>The stand-in for KKiaPay.</summary>
    public Provider Provider { get; private set; } = null!;

    public Outcomes Outcomes { get; private set; } = null!;

    /// <summary>How many Processors run from the start.</summary>
    protected virtual int Processors => 1;

    /// <summary>True when somebody subscribes to outcomes from the start.</summary>
    protected virtual bool Subscribed => true;

    /// <summary>True for an installation whose broker knows one user, with all rights, and nothing else yet.</summary>
    protected virtual bool OneUser => false;

    /// <summary>Settings beside the usual ones.</summary>
    protected virtual IReadOnlyList<string> Settings => [];

    /// <summary>Settings of the stand-in beside the usual ones.</summary>
    protected virtual IReadOnlyList<string> SandboxSettings => [];

    public async ValueTask InitializeAsync()
    {
        var name = Services.UniqueName(GetType().Name.ToLowerInvariant());
        AmqpUri = await Services.CreateVirtualHostAsync(name);
        AmqpUriOf = OneUser ? _ => AmqpUri : await Services.ImportDefinitionsAsync(name);
        LedgerConnection = await Services.CreateDatabaseAsync(name);
        Database = NpgsqlDataSource.Create(LedgerConnection);
        Ledger = await LedgerAccounts.MakeAsync(LedgerConnection);
        _sandbox = SandboxApp.Build(
        [
            "--urls=http://127.0.0.1:0", $"--Sandbox:Merchants:default:WebhookSecret={Secret}", "--Sandbox:Merchants:default:PublicKey=pk",
            "--Sandbox:Merchants:default:PrivateKey=tpk", "--Sandbox:Merchants:default:SecretKey=tsk", "--Sandbox:Merchants:default:WebhookUrl=http://127.0.0.1:1/unused",
            .. SandboxSettings,
        ]);
        await _sandbox.StartAsync();
        Provider = new(new(_sandbox.Urls.First()));
        _ingress = IngressApp.Build(Arguments("ingress", null));
        await _ingress.StartAsync();
        Ingress = new() { BaseAddress = new(_ingress.Urls.First()) };
        // Ready it is at once, with its spool; healthy once the topology is declared, which tests rely on.
        await Condition.HoldsAsync("Ingress is healthy", async () =>
            (await Ingress.GetStringAsync("/health/ready")).StartsWith("""{"status":"Healthy",""", StringComparison.Ordinal));
        if (Subscribed)
            await SubscribeAsync();
        for (var i = 0; i < Processors; i++)
            await StartProcessorAsync();
    }

    /// <summary>Where each Processor answers about its health and metrics.</summary>
    public IReadOnlyList<Uri> ProcessorAddresses => [.. _processors.Select(p => new Uri(p.Urls.First()))];

    /// <summary>What the first Processor is made of, the ledger among it.</summary>
    public T Get<T>()
        where T : notnull => _processors[0].Services.GetRequiredService<T>();

    public async Task SubscribeAsync() => Outcomes = await Outcomes.SubscribeAsync(AmqpUri);

    public async Task StartProcessorAsync()
    {
        var processor = ProcessorApp.Build(Arguments("processor", Ledger.Processor));
        await processor.StartAsync();
        _processors.Add(processor);
        // Ready says that the schema is there, which tests read.
        using var client = new HttpClient { BaseAddress = new(processor.Urls.First()) };
        await Condition.HoldsAsync("the Processor is ready", async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    /// <summary>A Processor that may never be ready, for the caller to dispose.</summary>
    public async Task<WebApplication> StartUnreadyProcessorAsync()
    {
        var processor = ProcessorApp.Build(Arguments("processor", Ledger.Processor));
        await processor.StartAsync();
        return processor;
    }

    public async Task StopIngressAsync() => await _ingress!.StopAsync();

    public async Task StopProcessorsAsync()
    {
        foreach (var processor in _processors)
        {
            await processor.StopAsync();
            await processor.DisposeAsync();
        }

        _processors.Clear();
    }

    /// <summary>Posts a webhook as KKiaPay would.</summary>
    public async Task<HttpResponseMessage> PostAsync(string body, string? signature = null, string path = "/webhook/kkiapay", string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = new(contentType);
        request.Headers.Add("x-kkiapay-secret", signature ?? Sign(body));
        return await Ingress.SendAsync(request);
    }

    public async Task NotifyAsync(string transactionId, string kind = "transaction.success", long? amount = 5000, string? order = null, string salt = "")
    {
        // As KKiaPay does it: an answer of 503 (no confirm in time, on a machine that is busy) is a reason to repeat.
        var body = Body(transactionId, kind, amount, order, salt);
        await Condition.HoldsAsync($"the webhook of {transactionId} is taken", async () =>
        {
            using var response = await PostAsync(body);
            Assert.True(response.IsSuccessStatusCode || response.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable, $"{response.StatusCode} for {transactionId}");
            return response.IsSuccessStatusCode;
        });
    }

    public static string Body(string transactionId, string kind = "transaction.success", long? amount = 5000, string? order = null, string salt = "") =>
        JsonSerializer.Serialize(new { @event = kind, transactionId, isPaymentSucces = kind == "transaction.success", amount, label = salt, stateData = order is null ? null : new { orderId = order } });

    public static string Sign(string body, string secret = Secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));

    /// <summary>One value from the ledger.</summary>
    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Changes the ledger as its owner; how many rows.</summary>
    public async Task<int> ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    /// <inheritdoc cref="LedgerAccounts.TamperAsync" />
    public Task<int> TamperAsync(string sql) => Ledger.TamperAsync(sql);

    /// <summary>Everything that was sent before has had its effect: a payment sent last came out, and nothing is undelivered.</summary>
    public async Task SettledAsync()
    {
        var last = await Provider.PayAsync(new { amount = 1 });
        await NotifyAsync(last, amount: 1);
        await Outcomes.WaitForAsync(last);
        await Condition.HoldsAsync("nothing is undelivered", async () => await ReadAsync<long>("select count(*) from kkiaevents.deliveries where delivered_at is null") == 0);
    }

    public async ValueTask DisposeAsync()
    {
        await StopProcessorsAsync();
        if (_ingress is not null)
            await _ingress.DisposeAsync();
        if (_sandbox is not null)
            await _sandbox.DisposeAsync();
        if (Outcomes is not null)
            await Outcomes.DisposeAsync();
        Ingress?.Dispose();
        Provider?.Dispose();
        if (Database is not null)
            await Database.DisposeAsync();
        if (Directory.Exists(SpoolDirectory))
            Directory.Delete(SpoolDirectory, recursive: true);
        GC.SuppressFinalize(this);
    }

    private string[] Arguments(string broker, string? ledger) =>
    [
        "--urls=http://127.0.0.1:0", "--Operations:Url=shared", "--Log:Level=Error", $"--ConnectionStrings:RabbitMq={AmqpUriOf(broker)}", $"--ConnectionStrings:Ledger={ledger}",
        $"--Kkiapay:Merchants:default:WebhookSecrets:0={Secret}", "--Kkiapay:Merchants:default:PublicKey=pk", "--Kkiapay:Merchants:default:PrivateKey=tpk",
        "--Kkiapay:Merchants:default:SecretKey=tsk", "--Kkiapay:Merchants:default:Environment=Sandbox", $"--Kkiapay:Merchants:default:ApiBaseUrl={_sandbox!.Urls.First()}",
        $"--Ingress:Spool:Directory={SpoolDirectory}",
        .. Settings,
    ];
}
