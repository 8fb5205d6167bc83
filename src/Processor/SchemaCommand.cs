using KkiaEvents.ServiceDefaults;
using Marten;
using Npgsql;

namespace KkiaEvents.Processor;

/// <summary><c>KkiaEvents.Processor schema</c>: creates or updates the ledger's schema and ends. For installations whose services may not change it.</summary>
internal static class SchemaCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using var app = ProcessorApp.Build(args);
            await app.Services.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync();
            await Console.Out.WriteLineAsync("The ledger's schema is up to date.");
            return 0;
        }
        catch (ConfigurationProblemException wrong)
        {
            return await ServiceHost.ReportAsync(wrong);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"The ledger's schema could not be made: {e.Message.TrimEnd('.')}. Check ConnectionStrings__Ledger.");
            return 1;
        }
    }
}
