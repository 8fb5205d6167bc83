using System.Globalization;
using System.Net.Http.Json;
using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Supervision;

namespace KkiaEvents.Bench.Running;

/// <summary>A broker, a database (fsync on), Sandbox, Ingress and Processors, all of them processes of their own.</summary>
internal sealed class BenchSystem : IAsyncDisposable
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(1) };

    private BenchSystem(Layout layout, BackingServices backing, MerchantKeys keys, int processors)
    {
        Layout = layout;
        Backing = backing;
        Keys = keys;
        Sandbox = Process("sandbox", "src/Sandbox", "KkiaEvents.Sandbox", new Dictionary<string, string?>
        {
            ["Sandbox__Merchants__default__PublicKey"] = keys.PublicKey,
            ["Sandbox__Merchants__default__PrivateKey"] = keys.PrivateKey,
            ["Sandbox__Merchants__default__SecretKey"] = keys.SecretKey,
            ["Sandbox__Merchants__default__WebhookSecret"] = keys.WebhookSecret,
        });
        Ingress = Process("ingress", "src/Ingress", "KkiaEvents.Ingress",
            ServiceSettings("ingress", null, ("Ingress__Spool__Directory", Spool(layout)), ("Operations__Url", "shared")));
        Processors = [.. Enumerable.Range(1, processors).Select(number => Process(
            string.Create(CultureInfo.InvariantCulture, $"processor-{number}"), "src/Processor", "KkiaEvents.Processor", ServiceSettings("processor", "processor")))];
    }

    public Layout Layout { get; }

    public BackingServices Backing { get; }

    public MerchantKeys Keys { get; }

    public BenchProcess Sandbox { get; }

    public BenchProcess Ingress { get; }

    public IReadOnlyList<BenchProcess> Processors { get; }

    public IEnumerable<BenchProcess> Processes => [Sandbox, Ingress, .. Processors];

    public string BrokerConnection => Backing.BrokerEndpoint.AmqpAddress();

    public string LedgerConnection => Backing.DatabaseEndpoint.ConnectionString();

    /// <summary>Everything up but the Processors, with empty queues and an empty ledger.</summary>
    public static async Task<BenchSystem> StartAsync(Layout layout, int processors, CancellationToken cancellation)
    {
        // What earlier runs left would make the tables, and so the figures, depend on history.
        if (Directory.Exists(layout.Services))
            LocalServices.Delete(layout.Services);
        if (Directory.Exists(Spool(layout)))
            Directory.Delete(Spool(layout), recursive: true);
        var backing = LocalServices.In(layout.Services, ServicesKind.Private, new LocalServicesOptions { Durable = true });
        await backing.StartAsync(cancellation).ConfigureAwait(false);
        await LedgerSetup.RunAsync(layout, backing.DatabaseEndpoint, cancellation).ConfigureAwait(false);
        var system = new BenchSystem(layout, backing, MerchantKeys.LoadOrCreate(layout), processors);
        try
        {
            system.Sandbox.Launch();
            system.Ingress.Launch();
            await Task.WhenAll(
                system.Sandbox.WaitUntilReadyAsync(cancellation),
                system.Ingress.WaitUntilReadyAsync(cancellation)).ConfigureAwait(false);
            return system;
        }
        catch
        {
            await system.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes the Sandbox know payments PREFIX0 … that succeeded, each for an order of its own. No webhooks.</summary>
    public async Task CreatePaymentsAsync(PaymentSeries series, CancellationToken cancellation)
    {
        using var answer = await http.PostAsJsonAsync(
            new Uri(Sandbox.Address, "/sandbox/payments/bulk"),
            new { count = series.Count, prefix = series.Prefix, amount = PaymentSeries.Amount, stateData = new { orderId = series.OrderOf("{n}") } },
            cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw new BenchFailedException($"The Sandbox refused the payments: {await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)}");
    }

    public Task StartProcessorsAsync(CancellationToken cancellation) =>
        Task.WhenAll(Processors.Select(processor => processor.ProcessId is null ? processor.StartAsync(cancellation) : Task.CompletedTask));

    public Task StopProcessorsAsync() => Task.WhenAll(Processors.Select(processor => processor.StopAsync()));

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Task.WhenAll(Processes.Select(process => process.StopAsync())).ConfigureAwait(false);
        await Backing.DisposeAsync().ConfigureAwait(false);
    }

    private static string Spool(Layout layout) => Path.Combine(layout.Run, "spool");

    private BenchProcess Process(string name, string folder, string assembly, IReadOnlyDictionary<string, string?> settings)
    {
        var log = Path.Combine(Layout.Logs, $"{name}.log");
        File.Delete(log);
        return new(name, Layout.Program(folder, assembly), log, settings);
    }

    private Dictionary<string, string?> ServiceSettings(string broker, string? ledger, params (string Key, string Value)[] others) => new(others.Select(o => KeyValuePair.Create(o.Key, (string?)o.Value)))
    {
        ["ConnectionStrings__RabbitMq"] = Backing.BrokerEndpoint.As(broker).AmqpAddress(),
        ["ConnectionStrings__Ledger"] = ledger is null ? null : Backing.DatabaseEndpoint.As(ledger).ConnectionString(),
        ["Kkiapay__Merchants__default__WebhookSecrets__0"] = Keys.WebhookSecret,
        ["Kkiapay__Merchants__default__PublicKey"] = Keys.PublicKey,
        ["Kkiapay__Merchants__default__PrivateKey"] = Keys.PrivateKey,
        ["Kkiapay__Merchants__default__SecretKey"] = Keys.SecretKey,
        ["Kkiapay__Merchants__default__Environment"] = "Sandbox",
        ["Kkiapay__Merchants__default__ApiBaseUrl"] = Sandbox.Address.GetLeftPart(UriPartial.Authority),
    };
}

/// <summary>Payments that are numbered from 0, each paying for an order of its own.</summary>
/// <param name="Prefix">What their transaction ids begin with.</param>
/// <param name="Count">How many.</param>
internal sealed record PaymentSeries(string Prefix, int Count)
{
    /// <summary>What each is worth, whole XOF.</summary>
    public const long Amount = 5000;

    public string TransactionOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}");

    public string OrderOf(string number) => $"order-{Prefix}{number}";

    /// <summary>A payment's number; -1 for a transaction that is not of this series.</summary>
    public int NumberOf(string transactionId) =>
        transactionId.StartsWith(Prefix, StringComparison.Ordinal)
        && int.TryParse(transactionId.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number < Count ? number : -1;
}
