using System.Net.Http.Json;
using System.Text.Json;
using KkiaEvents.Bench.Running;
using KkiaEvents.Chaos.Faults;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Local.Supervision;
using KkiaEvents.Tests.Integration.Infrastructure;
using Npgsql;

namespace KkiaEvents.Tests.Chaos;

/// <summary>
/// A whole system for one test class, each service a process that can be killed or frozen: Sandbox, Ingress, Processors.
/// The Processors reach the broker through a gate. The subscriber and the test itself go past it.
/// </summary>
public class Pipeline(Services services) : IAsyncLifetime
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"kkiaevents-pipeline-{Guid.NewGuid():n}");
    private readonly List<BenchProcess> _processors = [];
    private BenchProcess? _sandbox;
    private HttpClient? _provider;
    private TcpGate? _gate;
    private LedgerAccounts? _accounts;
    private Func<string, string> _amqpUriOf = null!;
    private int _started;

    public Services Services { get; } = services;

    public string AmqpUri { get; private set; } = "";

    public NpgsqlDataSource Database { get; private set; } = null!;

    public Outcomes Outcomes { get; private set; } = null!;

    internal IngressProcess Ingress { get; private set; } = null!;

    /// <summary>Between the Processors and the broker.</summary>
    internal TcpGate BrokerGate => _gate!;

    /// <summary>Those that were started and not stopped, the oldest first.</summary>
    internal IReadOnlyList<BenchProcess> Processors => _processors;

    /// <summary>How many Processors run from the start.</summary>
    protected virtual int ProcessorsAtStart => 1;

    /// <summary>True when somebody subscribes to outcomes from the start.</summary>
    protected virtual bool Subscribed => true;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_directory);
        var name = Services.UniqueName(GetType().Name.ToLowerInvariant());
        AmqpUri = await Services.CreateVirtualHostAsync(name);
        _amqpUriOf = await Services.ImportDefinitionsAsync(name);
        var ledger = await Services.CreateDatabaseAsync(name);
        Database = NpgsqlDataSource.Create(ledger);
        _accounts = await LedgerAccounts.MakeAsync(ledger);
        _gate = new(Services.BrokerEndpoint.Port);
        _sandbox = Process("sandbox", "src/Sandbox", "KkiaEvents.Sandbox", new()
        {
            ["Sandbox__Merchants__default__PublicKey"] = "pk",
            ["Sandbox__Merchants__default__PrivateKey"] = "tpk",
            ["Sandbox__Merchants__default__SecretKey"] = "tsk",
            ["Sandbox__Merchants__default__WebhookSecret"] = IngressProcess.Secret,
            ["Sandbox__Merchants__default__WebhookUrl"] = "http://127.0.0.1:1/unused",
        });
        Ingress = new(_amqpUriOf("ingress"), Path.Combine(_directory, "spool"));
        var (provider, ingress) = (_sandbox.StartAsync(CancellationToken.None), Ingress.StartAsync());
        await Task.WhenAll(provider, ingress);
        _provider = new() { BaseAddress = _sandbox.Address };
        await Condition.HoldsAsync("Ingress is healthy", async () => (await Ingress.HealthAsync()).Body.GetProperty("status").GetString() == "Healthy");
        if (Subscribed)
            await SubscribeAsync();
        for (var n = 0; n < ProcessorsAtStart; n++)
            await StartProcessorAsync();
    }

    public async Task SubscribeAsync() => Outcomes = await Outcomes.SubscribeAsync(AmqpUri);

    /// <summary>Starts one more Processor, and returns once it is ready.</summary>
    public Task StartProcessorAsync() => LaunchProcessor().StartAsync(CancellationToken.None);

    /// <summary>kill -9, of all Processors.</summary>
    public async Task KillProcessorsAsync()
    {
        await Task.WhenAll(_processors.Select(processor => processor.KillAsync()));
        _processors.Clear();
    }

    /// <summary>Makes a payment that KKiaPay knows. Its webhook is the test's to send.</summary>
    public async Task<string> PayAsync(object payment)
    {
        var node = JsonSerializer.SerializeToNode(payment)!.AsObject();
        node["webhook"] ??= false;
        var answer = await SendAsync(HttpMethod.Post, "/sandbox/payments", node);
        return answer.GetProperty("transactionId").GetString()!;
    }

    /// <summary>Makes many payments at once: ids are the prefix and a number from 0, and so are the orders.</summary>
    public Task PayManyAsync(string prefix, int count) =>
        SendAsync(HttpMethod.Post, "/sandbox/payments/bulk", new { count, prefix, amount = 5000, stateData = new { orderId = prefix + "{n}" } });

    /// <summary>Has KKiaPay say something else about a payment from now on, without a webhook.</summary>
    public Task MoveAsync(string id, string outcome) => SendAsync(HttpMethod.Post, $"/sandbox/payments/{id}/status", new { outcome, webhook = false });

    /// <summary>Has KKiaPay misbehave until it is healed.</summary>
    public Task FaultAsync(object faults) => SendAsync(HttpMethod.Put, "/sandbox/faults", faults);

    public Task HealAsync() => SendAsync(HttpMethod.Delete, "/sandbox/faults", null);

    /// <summary>Posts a webhook, which must be taken.</summary>
    public async Task NotifyAsync(string transactionId, string kind = "transaction.success", string? order = null, string salt = "")
    {
        var answer = await Ingress.PostAsync(transactionId, kind, order, salt);
        Assert.True(answer is { Status: 200 }, $"{transactionId}: {answer?.Status} {answer?.Body}");
    }

    /// <summary>Posts the webhooks of <see cref="PayManyAsync"/>, some at once.</summary>
    public Task NotifyManyAsync(string prefix, int count, int times = 1) => Parallel.ForEachAsync(
        Enumerable.Range(0, count * times), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, _) => await NotifyAsync($"{prefix}{n / times}", order: $"{prefix}{n / times}"));

    /// <summary>One value from the ledger.</summary>
    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Changes stored events, as the one role that may.</summary>
    /// <returns>How many rows.</returns>
    public async Task<int> TamperAsync(string sql)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var role = new NpgsqlCommand($"set local role \"{_accounts!.RoleOf(LedgerRole.Eraser)}\"", connection))
            await role.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        var changed = await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return changed;
    }

    /// <summary>Waits until each payment came out, then until nothing is left to deliver; each must have been paid once, and have no other outcome.</summary>
    public async Task EachIsPaidOnceAsync(string prefix, int count)
    {
        await Condition.HoldsAsync($"all {count} of {prefix} came out", () => Of(prefix).Select(o => o.TransactionId).Distinct().Count() == count, TimeSpan.FromMinutes(2));
        await Condition.HoldsAsync("nothing is undelivered", async () => await ReadAsync<long>("select count(*) from kkiaevents.deliveries where delivered_at is null") == 0);
        var outcomes = Of(prefix);
        Assert.Equal(count, outcomes.Count);
        Assert.All(outcomes, o => Assert.Equal("OrderPaid", o.Type));
    }

    public IReadOnlyList<ReceivedOutcome> Of(string prefix) => [.. Outcomes.Distinct.Where(o => o.TransactionId.StartsWith(prefix, StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await KillProcessorsAsync();
        await Ingress.DisposeAsync();
        if (_sandbox is not null)
            await _sandbox.KillAsync();
        if (Outcomes is not null)
            await Outcomes.DisposeAsync();
        if (_gate is not null)
            await _gate.DisposeAsync();
        if (Database is not null)
            await Database.DisposeAsync();
        _provider?.Dispose();
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    private BenchProcess LaunchProcessor()
    {
        var processor = Process($"processor-{++_started}", "src/Processor", "KkiaEvents.Processor", new()
        {
            ["ConnectionStrings__RabbitMq"] = new UriBuilder(_amqpUriOf("processor")) { Port = BrokerGate.Port }.Uri.AbsoluteUri,
            ["ConnectionStrings__Ledger"] = _accounts!.Processor,
            ["Kkiapay__Merchants__default__PublicKey"] = "pk",
            ["Kkiapay__Merchants__default__PrivateKey"] = "tpk",
            ["Kkiapay__Merchants__default__SecretKey"] = "tsk",
            ["Kkiapay__Merchants__default__Environment"] = "Sandbox",
            ["Kkiapay__Merchants__default__ApiBaseUrl"] = _sandbox!.Address.GetLeftPart(UriPartial.Authority),
        });
        _processors.Add(processor);
        return processor;
    }

    private BenchProcess Process(string name, string folder, string assembly, Dictionary<string, string?> settings) =>
        new(name, Layout.OfThisCheckout().Program(folder, assembly), Path.Combine(_directory, $"{name}.log"), settings);

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content is null ? null : JsonContent.Create(content) };
        using var response = await _provider!.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body);
    }
}
