using KkiaEvents.Bus;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Processor.Settling;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Processor;

/// <summary>Processor's settings, checked at start.</summary>
internal sealed record ProcessorOptions
{
    public required BusAddress Bus { get; init; }

    public required LedgerOptions Ledger { get; init; }

    /// <summary>How many questions to KKiaPay are under way at once for each merchant, whose keys and limits are its own.</summary>
    public required int ParallelVerifications { get; init; }

    /// <summary>How long a batch waits for KKiaPay before it leaves the question to the due worker.</summary>
    public TimeSpan BatchPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the due worker waits for KKiaPay.</summary>
    public TimeSpan DuePatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many webhooks go into one commit at most.</summary>
    public required int BatchSize { get; init; }

    /// <summary>How many paid payments are asked about again each second at most; 0 for none.</summary>
    public required int RechecksPerSecond { get; init; }

    public static ProcessorOptions Read(IConfiguration configuration)
    {
        var settings = new Settings(configuration);
        var bus = settings.Required("ConnectionStrings__RabbitMq", BusAddress.Example, BusAddress.ProblemOf);
        var ledger = settings.Required("ConnectionStrings__Ledger", LedgerOptions.ConnectionExample, LedgerOptions.ProblemOf);
        var parallel = settings.Number("Processor__ParallelVerifications", 64, 1, 1000);
        var batch = settings.Number("Processor__BatchSize", 100, 1, 1000);
        var rechecks = settings.Number("Processor__RechecksPerSecond", 10, 0, 1000);
        var schedule = Schedule(configuration, settings);
        using var merchants = new Merchants(configuration);
        merchants.Check(settings, "PrivateKey", "tpk_…");
        foreach (var name in merchants.Names)
            CheckKeys(settings, merchants.SectionOf(name), name);
        CheckThatAccountsDiffer(settings, configuration);
        foreach (var name in merchants.Names)
        {
            var rules = new MerchantRules(configuration, name, OrderPolicy.Section);
            OrderPolicy.Read((rule, otherwise) => rules.Word(rule, otherwise, settings), rules.List);
        }

        settings.ThrowIfWrong();
        return new()
        {
            Bus = BusAddress.TryParse(bus)!,
            Ledger = new() { ConnectionString = ledger, Schema = configuration["Ledger:Schema"] ?? "kkiaevents", Rechecks = schedule, WritesAlways = true },
            RechecksPerSecond = rechecks,
            ParallelVerifications = parallel,
            BatchSize = batch,
        };
    }

    private static IReadOnlyList<TimeSpan> Schedule(IConfiguration configuration, Settings settings)
    {
        var schedule = new List<TimeSpan>();
        foreach (var entry in configuration.GetSection("Processor:Rechecks").GetChildren())
        {
            if (TimeSpan.TryParse(entry.Value, System.Globalization.CultureInfo.InvariantCulture, out var after) && after > (schedule.Count > 0 ? schedule[^1] : TimeSpan.Zero))
                schedule.Add(after);
            else
                settings.Wrong($"Processor__Rechecks__{entry.Key}", "is no time that comes after the one before it, as days.hours:minutes:seconds.", "1.00:00:00");
        }

        return schedule.Count > 0 ? schedule : new LedgerOptions { ConnectionString = "" }.Rechecks;
    }

    private static void CheckKeys(Settings settings, IConfigurationSection section, string merchant)
    {
        var prefix = $"Kkiapay__Merchants__{merchant}__";
        settings.Word($"{prefix}Environment", KkiapayEnvironment.Production);
        var dialect = settings.Word($"{prefix}Dialect", KkiapayDialect.Auto);
        CheckKey("PrivateKey", "tpk_…", required: true);
        CheckKey("PublicKey", "pk_…", required: dialect == KkiapayDialect.Sdk);
        CheckKey("SecretKey", "tsk_…", required: dialect == KkiapayDialect.Sdk);

        if (section["ApiBaseUrl"] is { Length: > 0 } url
            && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            settings.Wrong($"{prefix}ApiBaseUrl", "is not an absolute http or https address.", "https://api.kkiapay.me");

        void CheckKey(string key, string example, bool required)
        {
            if (string.IsNullOrEmpty(section[key]))
            {
                if (required)
                    settings.Required($"{prefix}{key}", example);
            }
            else if (SecretText.ProblemOfKey(section[key]!) is { } problem)
            {
                settings.Wrong($"{prefix}{key}", problem, example);
            }
        }
    }

    // KKiaPay would confirm a payment to both of them, and each would hand goods over for it.
    private static void CheckThatAccountsDiffer(Settings settings, IConfiguration configuration)
    {
        foreach (var (key, sharing) in SharedAccounts.Find(configuration))
        {
            foreach (var other in sharing.Skip(1))
                settings.Wrong($"Kkiapay__Merchants__{other}__{key}", $"is that of merchant '{sharing[0]}' too: one payment would pay for an order of each.", "tpk_…");
        }
    }
}
