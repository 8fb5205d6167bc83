using KkiaEvents.Bus;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.ServiceDefaults;
using Npgsql;

namespace KkiaEvents.Console;

/// <summary>Console's settings, checked at start.</summary>
internal sealed record ConsoleOptions(BusAddress Bus, LedgerOptions Ledger)
{
    public static ConsoleOptions Read(IConfiguration configuration)
    {
        var settings = new Settings(configuration);
        var bus = settings.Required("ConnectionStrings__RabbitMq", "amqp://user:password@localhost:5672/",
            value => BusAddress.TryParse(value) is null ? "is not an AMQP URI (amqp:// or amqps://)." : null);
        var ledger = settings.Required("ConnectionStrings__Ledger", "Host=localhost;Database=kkiaevents;Username=kkiaevents;Password=…", NpgsqlProblem);
        settings.ThrowIfWrong();
        return new(BusAddress.TryParse(bus)!, new() { ConnectionString = ledger, Schema = configuration["Ledger:Schema"] ?? "kkiaevents" });
    }

    private static string? NpgsqlProblem(string value)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(value) is { Host.Length: > 0 } ? null : "names no Host.";
        }
        catch (ArgumentException)
        {
            return "is not an Npgsql connection string.";
        }
    }
}
