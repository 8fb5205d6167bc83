using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>A ledger's schema made as <c>schema</c> makes it, and a login for each who uses it.</summary>
public sealed class LedgerAccounts
{
    private readonly string _owner;
    private readonly string _suffix;
    private readonly MadeSchema _made;

    private LedgerAccounts(string owner, string suffix, MadeSchema made) => (_owner, _suffix, _made) = (owner, suffix, made);

    public string Processor => ConnectionOf(LedgerRole.Writer);

    public string Console => ConnectionOf(LedgerRole.Operator);

    public string Auditor => ConnectionOf(LedgerRole.Auditor);

    public static async Task<LedgerAccounts> MakeAsync(string owner)
    {
        // Logins belong to the whole cluster; the end of a test's database's name is its own.
        var database = new NpgsqlConnectionStringBuilder(owner).Database!;
        var suffix = database[^Math.Min(database.Length, 12)..];
        await using var services = ServicesOf(owner);
        var made = await services.GetRequiredService<LedgerSchema>().MakeAsync(
            [.. new[] { LedgerRole.Writer, LedgerRole.Operator, LedgerRole.Auditor }.Select(r => new LedgerLogin(LoginOf(r, suffix), r, PasswordOf(r)))], default);
        return new(owner, suffix, made);
    }

    /// <summary>What looks at or makes a schema, with a connection.</summary>
    public static ServiceProvider ServicesOf(string connection, string schema = LedgerOptions.UsualSchema) =>
        new ServiceCollection().AddLogging().AddLedger(new() { ConnectionString = connection, Schema = schema }, _ => _ => new OrderPolicy()).BuildServiceProvider();

    /// <summary>A group role's name.</summary>
    public string RoleOf(LedgerRole role) => _made.Roles[role];

    /// <summary>Changes what the event tables guard, as the one role that may.</summary>
    /// <returns>How many rows.</returns>
    public async Task<int> TamperAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_owner);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var role = new NpgsqlCommand($"set local role \"{RoleOf(LedgerRole.Eraser)}\"", connection))
            await role.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        var changed = await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return changed;
    }

    private string ConnectionOf(LedgerRole role) =>
        new NpgsqlConnectionStringBuilder(_owner) { Username = LoginOf(role, _suffix), Password = PasswordOf(role) }.ConnectionString;

    private static string LoginOf(LedgerRole role, string suffix) => $"{role.ToString().ToLowerInvariant()}_{suffix}";

    private static string PasswordOf(LedgerRole role) => $"password-of-{role}";
}
