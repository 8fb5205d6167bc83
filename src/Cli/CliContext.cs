using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace KkiaEvents.Cli;

/// <summary>What commands work with: the screen, and the services' configuration, read only when a command needs it.</summary>
internal sealed class CliContext(Screen screen, IConfiguration configuration)
{
    public Screen Screen { get; } = screen;

    public static IConfiguration FromEnvironment()
    {
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return new ConfigurationBuilder()
            .AddEnvironmentVariables()
            .AddKeyPerFile(environment["SecretsDirectory"] ?? "/run/secrets", optional: true)
            .Build();
    }

    public IConfiguration Configuration => configuration;

    /// <summary>A setting; null when it is not there.</summary>
    public string? this[string key] => configuration[key];

    public LedgerOptions LedgerOptions()
    {
        var settings = new Settings(configuration);
        var connection = settings.Required("ConnectionStrings__Ledger", Ledger.Storage.LedgerOptions.ConnectionExample, Ledger.Storage.LedgerOptions.ProblemOf);
        settings.ThrowIfWrong();
        return new() { ConnectionString = connection, Schema = configuration["Ledger:Schema"] ?? "kkiaevents" };
    }

    public Audit OpenLedger()
    {
        var options = LedgerOptions();
        return new(LedgerDataSource.CreateForReading(options.ConnectionString, "kkia"), options, PolicyOf(), SecretsOf(), MerchantNames());
    }

    /// <summary>Today's rules, as the Processor reads them.</summary>
    public Func<string, OrderPolicy> PolicyOf()
    {
        var settings = new Settings(configuration);
        OrderPolicy Of(string merchant)
        {
            var rules = new MerchantRules(configuration, merchant, OrderPolicy.Section);
            return OrderPolicy.Read((name, otherwise) => rules.Word(name, otherwise, settings), rules.List);
        }

        var policies = MerchantNames().ToDictionary(m => m, Of);
        settings.ThrowIfWrong();
        // The ledger may hold payments of a merchant that is configured no more: the installation's rules are its.
        return merchant => policies.TryGetValue(merchant, out var policy) ? policy : policies[merchant] = Of(merchant);
    }

    public Func<string, IReadOnlyList<string>> SecretsOf()
    {
        using var merchants = new Merchants(configuration);
        var secrets = merchants.Names.ToDictionary(n => n, n => merchants.WebhookSecretsOf(n) ?? []);
        return name => secrets.GetValueOrDefault(name) ?? [];
    }

    private IReadOnlyList<string> MerchantNames()
    {
        using var merchants = new Merchants(configuration);
        return [.. merchants.Names.DefaultIfEmpty(Merchants.Default)];
    }
}

/// <summary>The ledger, opened for reading.</summary>
internal sealed class Audit(
    NpgsqlDataSource dataSource, LedgerOptions options, Func<string, OrderPolicy> policyOf, Func<string, IReadOnlyList<string>> secretsOf, IReadOnlyList<string> merchants) : IAsyncDisposable
{
    public IReadOnlyList<string> Merchants { get; } = merchants;

    public EventReader Events { get; } = new(dataSource, options);

    public PaymentStories Stories { get; } = new(dataSource, options, secretsOf);

    public PaymentQueries Queries { get; } = new(dataSource, options);

    public Rebuild Rebuild { get; } = new(dataSource, options);

    public NpgsqlDataSource DataSource => dataSource;

    public LedgerOptions Options => options;

    public Rederivation Rederivation => new(Events, policyOf);

    public LedgerExport Export => new(Events, policyOf, TimeProvider.System);

    public ValueTask DisposeAsync() => dataSource.DisposeAsync();
}
