using KkiaEvents.Bus;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Console;

/// <summary>Console's settings, checked at start.</summary>
internal sealed record ConsoleOptions(BusAddress Bus, LedgerOptions Ledger)
{
    public static ConsoleOptions Read(IConfiguration configuration)
    {
        var settings = new Settings(configuration);
        var bus = settings.Required("ConnectionStrings__RabbitMq", BusAddress.Example, BusAddress.ProblemOf);
        var ledger = settings.Required("ConnectionStrings__Ledger", LedgerOptions.ConnectionExample, LedgerOptions.ProblemOf);
        settings.ThrowIfWrong();
        return new(BusAddress.TryParse(bus)!, new() { ConnectionString = ledger, Schema = configuration["Ledger:Schema"] ?? "kkiaevents" });
    }
}
