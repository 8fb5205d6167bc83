using KkiaEvents.ServiceDefaults;
using Marten;

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
    }
}
