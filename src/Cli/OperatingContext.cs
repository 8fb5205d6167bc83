using KkiaEvents.Bus;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Operations;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Cli;

/// <summary>What commands that act work with, beside what is needed to ask.</summary>
internal static class OperatingContext
{
    /// <summary>The broker's address.</summary>
    public static BusAddress BusAddress(this CliContext context)
    {
        var settings = new Settings(context.Configuration);
        var bus = settings.Required("ConnectionStrings__RabbitMq", Bus.BusAddress.Example, Bus.BusAddress.ProblemOf);
        settings.ThrowIfWrong();
        return Bus.BusAddress.TryParse(bus)!;
    }

    /// <summary>What operators do, on the code that the HTTP API uses. The broker's address is read when it is first needed.</summary>
    public static ServiceProvider OpenOperations(this CliContext context) =>
        new ServiceCollection().AddLedger(context.LedgerOptions(), _ => context.PolicyOf()).AddOperations(context.BusAddress).BuildServiceProvider();
}
