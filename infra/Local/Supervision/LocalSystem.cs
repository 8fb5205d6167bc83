using System.Globalization;
using KkiaEvents.Local.Backing;

namespace KkiaEvents.Local.Supervision;

/// <summary>Sandbox, Ingress, Processors, Console and the sample subscriber, wired to each other and to a broker and a database.</summary>
internal sealed class LocalSystem : IAsyncDisposable
{
    public const int PreferredIngressPort = 8080;
    public const int PreferredSandboxPort = 8090;
    public const int PreferredConsolePort = 8085;
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromMinutes(2);
    private readonly List<LocalService> services = [];
    private readonly Layout layout;
    private readonly LabelledOutput output;
    private int started;

    public LocalSystem(Layout layout, BackingServices backing, MerchantKeys keys, int processors, LabelledOutput output)
    {
        this.layout = layout;
        this.output = output;
        Backing = backing;
        Keys = keys;
        IngressAddress = Loopback(LoopbackPort.FreeFrom(PreferredIngressPort));
        SandboxAddress = Loopback(LoopbackPort.FreeFrom(PreferredSandboxPort));
        ConsoleAddress = Loopback(LoopbackPort.FreeFrom(PreferredConsolePort));
        ProcessorAddresses = [.. Enumerable.Range(0, processors).Select(_ => Loopback(LoopbackPort.Free()))];

        services.Add(new("sandbox", layout.Program("src/Sandbox", "KkiaEvents.Sandbox"), SandboxAddress, SandboxSettings()));
        services.Add(new("ingress", layout.Program("src/Ingress", "KkiaEvents.Ingress"), IngressAddress, IngressSettings(layout)));
        for (var number = 1; number <= processors; number++)
        {
            services.Add(new(
                processors == 1 ? "processor" : string.Create(CultureInfo.InvariantCulture, $"processor-{number}"),
                layout.Program("src/Processor", "KkiaEvents.Processor"),
                ProcessorAddresses[number - 1],
                SettingsOf("processor", "processor")));
        }

        services.Add(new("console", layout.Program("src/Console", "KkiaEvents.Console"), ConsoleAddress, ServiceSettings()));
        if (Directory.Exists(Path.Combine(layout.Root, "samples/DotnetSubscriber")))
            services.Add(new("subscriber", layout.Program("samples/DotnetSubscriber", "DotnetSubscriber"), null, new Dictionary<string, string?> { ["KKIAEVENTS_AMQP_URL"] = SubscriberConnection }));
    }

    public BackingServices Backing { get; }

    public MerchantKeys Keys { get; }

    public Uri IngressAddress { get; }

    public Uri SandboxAddress { get; }

    public Uri ConsoleAddress { get; }

    public IReadOnlyList<Uri> ProcessorAddresses { get; }

    /// <summary>The broker with all rights: for what watches a run, never for a service.</summary>
    public string BrokerConnection => Backing.BrokerEndpoint.AmqpAddress();

    /// <summary>The broker for a merchant's service.</summary>
    public string SubscriberConnection => Backing.BrokerEndpoint.As("subscriber").AmqpAddress();

    /// <summary>The ledger's owner: makes its schema, and watches a run.</summary>
    public string LedgerConnection => Backing.DatabaseEndpoint.ConnectionString();

    public Uri WebhookAddress => new(IngressAddress, "/webhook/kkiapay");

    /// <summary>The settings of the Console and of kkia, as <c>.run/env</c> exports them too.</summary>
    public IReadOnlyDictionary<string, string?> ServiceSettings() => SettingsOf("operations", "console");

    // Each service with its own user of the broker and its own login of the ledger, or none.
    private Dictionary<string, string?> SettingsOf(string broker, string? ledger) => new()
    {
        ["ConnectionStrings__RabbitMq"] = Backing.BrokerEndpoint.As(broker).AmqpAddress(),
        ["ConnectionStrings__Ledger"] = ledger is null ? null : Backing.DatabaseEndpoint.As(ledger).ConnectionString(),
        ["Kkiapay__Merchants__default__WebhookSecrets__0"] = Keys.WebhookSecret,
        ["Kkiapay__Merchants__default__PublicKey"] = Keys.PublicKey,
        ["Kkiapay__Merchants__default__PrivateKey"] = Keys.PrivateKey,
        ["Kkiapay__Merchants__default__SecretKey"] = Keys.SecretKey,
        ["Kkiapay__Merchants__default__Environment"] = "Sandbox",
        ["Kkiapay__Merchants__default__Dialect"] = "Auto",
        ["Kkiapay__Merchants__default__ApiBaseUrl"] = SandboxAddress.GetLeftPart(UriPartial.Authority),
    };

    public async Task StartAsync(CancellationToken cancellation)
    {
        await LedgerSetup.RunAsync(layout, Backing.DatabaseEndpoint, cancellation).ConfigureAwait(false);
        output.Say($"Starting {string.Join(", ", services.Select(service => service.Name))} …");
        foreach (var service in services)
        {
            service.Start(output);
            started++;
        }

        await Task.WhenAll(services.Select(service => service.WaitUntilReadyAsync(ReadyDeadline, cancellation))).ConfigureAwait(false);
    }

    /// <summary>Waits until cancelled.</summary>
    /// <exception cref="ServiceFailedException">A service ended by itself before.</exception>
    public async Task RunUntilAsync(CancellationToken cancellation)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellation.Register(() => cancelled.TrySetResult()).ConfigureAwait(false);
        await Task.WhenAny([cancelled.Task, .. services.Select(service => service.Exited)]).ConfigureAwait(false);
        if (!cancellation.IsCancellationRequested && services.Find(service => service.Exited.IsCompleted) is { } dead)
            throw dead.Failure($"ended by itself with exit code {dead.ExitCode}");
    }

    /// <summary>Stops the services, those that take work in first.</summary>
    public async ValueTask DisposeAsync()
    {
        var running = services.Take(started).ToList();
        await Task.WhenAll(running.Where(service => service.Name is "sandbox" or "ingress").Select(service => service.StopAsync())).ConfigureAwait(false);
        await Task.WhenAll(running.Select(service => service.StopAsync())).ConfigureAwait(false);
    }

    // Not in .run/env: another Ingress needs a spool of its own.
    private Dictionary<string, string?> IngressSettings(Layout layout) =>
        new(SettingsOf("ingress", null))
        {
            ["Ingress__Spool__Directory"] = Path.Combine(layout.Run, "spool"),
            // It listens on loopback only, and one address is enough to remember.
            ["Operations__Url"] = "shared",
        };

    private Dictionary<string, string?> SandboxSettings() => new()
    {
        ["Sandbox__Merchants__default__WebhookUrl"] = WebhookAddress.ToString(),
        ["Sandbox__Merchants__default__PublicKey"] = Keys.PublicKey,
        ["Sandbox__Merchants__default__PrivateKey"] = Keys.PrivateKey,
        ["Sandbox__Merchants__default__SecretKey"] = Keys.SecretKey,
        ["Sandbox__Merchants__default__WebhookSecret"] = Keys.WebhookSecret,
    };

    private static Uri Loopback(int port) => new($"http://127.0.0.1:{port}");
}
