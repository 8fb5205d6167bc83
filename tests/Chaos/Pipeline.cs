using KkiaEvents.Bench.Running;
using KkiaEvents.Chaos.Faults;
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
    private TcpGate? _gate;
    private LedgerAccounts? _accounts;
    private Func<string, string> _amqpUriOf = null!;
    private int _started;

    public Services Services { get; } = services;

    public string AmqpUri { get; private set; } = "";

    public NpgsqlDataSource Database { get; private set; } = null!;

    /// <summary>The stand-in for KKiaPay.</summary>
    public Provider Provider { get; private set; } = null!;

    public Outcomes Outcomes { get; private set; } = null!;

    internal IngressProcess Ingress { get; private set; } = null!;

    /// <summary>Between the Processors and the broker.</summary>
    internal TcpGate BrokerGate => _gate!;

    /// <summary>Those that were started and not stopped, the oldest first.</summary>
    internal IReadOnlyList<BenchProcess> Processors => _processors;

    /// <summary>What all Processors logged so far.</summary>
    internal string ProcessorLog() => string.Concat(Directory.GetFiles(_directory, "processor-*.log").Select(File.ReadAllText));

    /// <summary>Whom the Processors log in as.</summary>
    public string ProcessorLogin => new NpgsqlConnectionStringBuilder(_accounts!.Processor).Username!;

    /// <summary>How many Processors run from the start.</summary>
    protected virtual int ProcessorsAtStart => 1;

    /// <summary>True when somebody subscribes to outcomes from the start.</summary>
    protected virtual bool Subscribed => true;

    public virtual async ValueTask InitializeAsync()
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
        Provider = new(_sandbox.Address);
        await Ingress.IsHealthyAsync();
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

    /// <summary>Posts a webhook, which must be taken.</summary>
    public async Task NotifyAsync(string transactionId, string kind = "transaction.success", string? order = null, string salt = "")
    {
        var answer = await Ingress.PostAsync(transactionId, kind, order, salt);
        Assert.True(answer is { Status: 200 }, $"{transactionId}: {answer?.Status} {answer?.Body}");
    }

    /// <summary>Posts the webhooks of <see cref="Provider.PayManyAsync"/>, some at once.</summary>
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

    /// <inheritdoc cref="LedgerAccounts.TamperAsync" />
    public Task<int> TamperAsync(string sql) => _accounts!.TamperAsync(sql);

    /// <summary>Outcomes that the bus has not taken.</summary>
    public Task<long> UndeliveredAsync() => ReadAsync<long>("select count(*) from kkiaevents.deliveries where delivered_at is null");

    /// <summary>Waits until each payment came out, then until nothing is left to deliver; each must have been paid once, and have no other outcome.</summary>
    public async Task EachIsPaidOnceAsync(string prefix, int count)
    {
        await Condition.HoldsAsync($"all {count} of {prefix} came out", () => Of(prefix).Select(o => o.TransactionId).Distinct().Count() == count, TimeSpan.FromMinutes(2));
        await Condition.HoldsAsync("nothing is undelivered", async () => await UndeliveredAsync() == 0);
        var outcomes = Of(prefix);
        Assert.Equal(count, outcomes.Count);
        Assert.All(outcomes, o => Assert.Equal("OrderPaid", o.Type));
    }

    public IReadOnlyList<ReceivedOutcome> Of(string prefix) => [.. Outcomes.Distinct.Where(o => o.TransactionId.StartsWith(prefix, StringComparison.Ordinal))];

    public virtual async ValueTask DisposeAsync()
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
        Provider?.Dispose();
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>One more Processor, not started yet.</summary>
    internal BenchProcess LaunchProcessor()
    {
        var processor = Process($"processor-{++_started}", "src/Processor", "KkiaEvents.Processor", new()
        {
            ["ConnectionStrings__RabbitMq"] = Broker.Through(BrokerGate, _amqpUriOf("processor")),
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
}
