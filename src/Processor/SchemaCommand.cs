using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.ServiceDefaults;
using Npgsql;

namespace KkiaEvents.Processor;

/// <summary>
/// <c>KkiaEvents.Processor schema</c>: makes or updates the ledger's schema, its roles and their logins, and ends. The owner's
/// connection is needed here only; services run with logins that may not change the schema.
/// </summary>
internal static class SchemaCommand
{
    public const string OwnerKey = "ConnectionStrings__LedgerOwner";

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var options = SchemaOptions.Read(SchemaOptions.ConfigurationOf(args));
            await using var services = new ServiceCollection().AddLogging().AddLedger(options.Ledger, _ => _ => new OrderPolicy()).BuildServiceProvider();
            var made = await services.GetRequiredService<LedgerSchema>().MakeAsync(options.Logins, CancellationToken.None);
            await ReportAsync(made, options.Logins);
            return 0;
        }
        catch (ConfigurationProblemException wrong)
        {
            return await ServiceHost.ReportAsync(wrong);
        }
        catch (LedgerSchemaException e)
        {
            await Console.Error.WriteLineAsync($"The ledger's schema could not be made: {e.Message}");
            return 1;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            await Console.Error.WriteLineAsync($"The ledger's schema could not be made: {e.MessageText}. Run this with the owner's connection ({OwnerKey}): who owns the schema, or may create one in the database.");
            return 1;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"The ledger's schema could not be made: {LedgerTrouble.Describe(e).TrimEnd('.')}. Check {OwnerKey}, or ConnectionStrings__Ledger when that is not set.");
            return 1;
        }
    }

    private static async Task ReportAsync(MadeSchema made, IReadOnlyList<LedgerLogin> logins)
    {
        await Console.Out.WriteLineAsync("The ledger's schema is up to date.");
        foreach (var (role, name) in made.Roles)
            await Console.Out.WriteLineAsync($"  {name}: {role.ToString().ToLowerInvariant()}{string.Concat(logins.Where(l => l.Role == role).Select(l => $", login {l.Name}"))}");
        if (made.Missing.Count == 0)
            return;
        await Console.Out.WriteLineAsync("These roles are missing, and this connection may not create roles. Services work with the owner's connection meanwhile. For logins of their own, have somebody who may create roles run this, then run this command again:");
        foreach (var statement in made.Missing)
            await Console.Out.WriteLineAsync($"  {statement}");
    }
}
