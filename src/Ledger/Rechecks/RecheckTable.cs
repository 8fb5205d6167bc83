using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace KkiaEvents.Ledger.Rechecks;

/// <summary>
/// Payments that KKiaPay called complete, to be asked about again now and then: no webhook tells of a refund made in KKiaPay's
/// dashboard. Kept apart from what is due, which always comes first.
/// </summary>
internal static class RecheckTable
{
    public const string Name = "rechecks";

    public static Table In(string schema)
    {
        var table = new Table(new PostgresqlObjectName(schema, Name, SchemaUtils.IdentifierUsage.General));
        table.AddColumn("stream_id", "text").AsPrimaryKey();
        table.AddColumn("merchant", "text").NotNull();
        table.AddColumn("transaction_id", "text").NotNull();
        table.AddColumn("since", "timestamptz").NotNull();
        table.AddColumn("check_at", "timestamptz").NotNull();
        table.Indexes.Add(new IndexDefinition("rechecks_by_time") { Columns = ["check_at"] });
        return table;
    }
}
