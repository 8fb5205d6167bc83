using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace KkiaEvents.Ledger.Circuits;

/// <summary>What the replicas know together of the provider's health, one small row for each merchant that ever had trouble.</summary>
internal static class CircuitTable
{
    public const string Name = "circuits";

    public static Table In(string schema)
    {
        var table = new Table(new PostgresqlObjectName(schema, Name, SchemaUtils.IdentifierUsage.General));
        table.AddColumn("merchant", "text").AsPrimaryKey();
        table.AddColumn("version", "bigint").NotNull();
        table.AddColumn("state", "text").NotNull();
        table.AddColumn("reason", "text").NotNull();
        table.AddColumn("since", "timestamptz").NotNull();
        table.AddColumn("until", "timestamptz").NotNull();
        table.AddColumn("openings", "integer").NotNull();
        table.AddColumn("rate", "double precision").NotNull();
        table.AddColumn("threshold", "double precision").NotNull();
        table.AddColumn("tokens", "double precision").NotNull();
        table.AddColumn("tokens_at", "timestamptz").NotNull();
        return table;
    }
}
