using System.Globalization;
using KkiaEvents.Bench.Running;
using KkiaEvents.Chaos.Faults;
using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Supervision;

namespace KkiaEvents.Chaos.Running;

/// <summary>A broker, a database (fsync on), Sandbox, two Ingresses behind a gate, two Processors; all of them reach the broker, and the Processors the database, through gates of their own.</summary>
internal sealed class ChaosSystem : IAsyncDisposable
{
    /// <summary>How long the broker lets a Processor hold a message: shorter than a fault, and longer than a busy machine needs.</summary>
    public static readonly TimeSpan ConsumerTimeout = TimeSpan.FromSeconds(30);

    private const int Replicas = 2;
    private readonly Layout layout;
    private readonly TcpGate front;

    private ChaosSystem(Layout layout, BackingServices backing)
    {
        this.layout = layout;
        Backing = backing;
        BrokerGate = new(backing.BrokerEndpoint.Port);
        DatabaseGate = new(backing.DatabaseEndpoint.Port);
        Spools = [.. Enumerable.Range(1, Replicas).Select(number => Path.Combine(layout.Run, $"spool-{number}"))];
        IngressClocks = [.. Enumerable.Range(1, Replicas).Select(number => new Clock(Path.Combine(layout.Run, $"clock-ingress-{number}")))];
        ProcessorClocks = [.. Enumerable.Range(1, Replicas).Select(number => new Clock(Path.Combine(layout.Run, $"clock-processor-{number}")))];
        var keys = MerchantKeys.LoadOrCreate(layout);
        front = new();
        Sandbox = Process("sandbox", "src/Sandbox", "KkiaEvents.Sandbox", new Dictionary<string, string?>
        {
            ["Sandbox__Merchants__default__PublicKey"] = keys.PublicKey,
            ["Sandbox__Merchants__default__PrivateKey"] = keys.PrivateKey,
            ["Sandbox__Merchants__default__SecretKey"] = keys.SecretKey,
            ["Sandbox__Merchants__default__WebhookSecret"] = keys.WebhookSecret,
            ["Sandbox__Merchants__default__WebhookUrl"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{front.Port}/webhook/kkiapay"),
        });
        Ingresses = [.. Enumerable.Range(1, Replicas).Select(number => Process(
            $"ingress-{number}", "src/Ingress", "KkiaEvents.Ingress",
            new Dictionary<string, string?>(ServiceSettings(keys, "ingress", null).Concat(IngressClocks[number - 1].Settings())) { ["Ingress__Spool__Directory"] = Spools[number - 1], ["Operations__Url"] = "shared" }))];
        Processors = [.. Enumerable.Range(1, Replicas).Select(number => Process(
            $"processor-{number}", "src/Processor", "KkiaEvents.Processor", new Dictionary<string, string?>(ServiceSettings(keys, "processor", "processor").Concat(ProcessorClocks[number - 1].Settings()))))];
        front.Lead([.. Ingresses.Select(ingress => ingress.Address.Port)]);
    }

    public BackingServices Backing { get; }

    public TcpGate BrokerGate { get; }

    public TcpGate DatabaseGate { get; }

    public BenchProcess Sandbox { get; }

    public IReadOnlyList<BenchProcess> Ingresses { get; }

    public IReadOnlyList<BenchProcess> Processors { get; }

    /// <summary>The folders of the Ingresses' spools, in their order; each a small disk of its own where that can be had.</summary>
    public IReadOnlyList<string> Spools { get; }

    public IReadOnlyList<Clock> IngressClocks { get; }

    public IReadOnlyList<Clock> ProcessorClocks { get; }

    /// <summary>The broker itself, past the gate: what watches must not be cut off with what is watched.</summary>
    public string BrokerConnection => Backing.BrokerEndpoint.AmqpAddress();

    public string LedgerConnection => Backing.DatabaseEndpoint.ConnectionString();

    private IEnumerable<BenchProcess> Processes => [Sandbox, .. Ingresses, .. Processors];

    /// <summary>Everything up, empty.</summary>
    public static async Task<ChaosSystem> StartAsync(Layout layout, CancellationToken cancellation)
    {
        if (Directory.Exists(layout.Services))
            LocalServices.Delete(layout.Services);
        foreach (var spool in Directory.EnumerateDirectories(layout.Run, "spool-*"))
            Directory.Delete(spool, recursive: true);
        var backing = LocalServices.In(layout.Services, ServicesKind.Private, new LocalServicesOptions { Durable = true, ConsumerTimeout = ConsumerTimeout });
        await backing.StartAsync(cancellation).ConfigureAwait(false);
        await LedgerSetup.RunAsync(layout, backing.DatabaseEndpoint, cancellation).ConfigureAwait(false);
        var system = new ChaosSystem(layout, backing);
        try
        {
            foreach (var spool in DiskFaults.LetsMount ? system.Spools : [])
                await DiskFaults.MountSmallAsync(spool).ConfigureAwait(false);
            foreach (var process in system.Processes)
                process.Launch();
            await system.WaitUntilReadyAsync(cancellation).ConfigureAwait(false);
            return system;
        }
        catch
        {
            await system.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until every service says that it is ready.</summary>
    public Task WaitUntilReadyAsync(CancellationToken cancellation) =>
        Task.WhenAll(Processes.Select(process => process.WaitUntilReadyAsync(cancellation)));

    public Task StopServicesAsync() => Task.WhenAll(Ingresses.Concat(Processors).Select(process => process.StopAsync()));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Processes.Select(process => process.StopAsync())).ConfigureAwait(false);
        await front.DisposeAsync().ConfigureAwait(false);
        await BrokerGate.DisposeAsync().ConfigureAwait(false);
        await DatabaseGate.DisposeAsync().ConfigureAwait(false);
        await Backing.DisposeAsync().ConfigureAwait(false);
    }

    private BenchProcess Process(string name, string folder, string assembly, IReadOnlyDictionary<string, string?> settings)
    {
        var log = Path.Combine(layout.Logs, $"{name}.log");
        File.Delete(log);
        return new(name, layout.Program(folder, assembly), log, settings);
    }

    private Dictionary<string, string?> ServiceSettings(MerchantKeys keys, string broker, string? ledger) => new()
    {
        ["ConnectionStrings__RabbitMq"] = (Backing.BrokerEndpoint.As(broker) with { Port = BrokerGate.Port }).AmqpAddress(),
        ["ConnectionStrings__Ledger"] = ledger is null ? null : (Backing.DatabaseEndpoint.As(ledger) with { Port = DatabaseGate.Port }).ConnectionString(),
        ["Kkiapay__Merchants__default__WebhookSecrets__0"] = keys.WebhookSecret,
        ["Kkiapay__Merchants__default__PublicKey"] = keys.PublicKey,
        ["Kkiapay__Merchants__default__PrivateKey"] = keys.PrivateKey,
        ["Kkiapay__Merchants__default__SecretKey"] = keys.SecretKey,
        ["Kkiapay__Merchants__default__Environment"] = "Sandbox",
        ["Kkiapay__Merchants__default__ApiBaseUrl"] = Sandbox.Address.GetLeftPart(UriPartial.Authority),
    };
}
