using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace KkiaEvents.Ledger.Due;

/// <summary>Payments that are to be asked about at a time. Waiting is data: a row, claimed with SKIP LOCKED, never a sleeping task.</summary>
internal static class DueTable
{
    public const string Name = "due";

    public static Table In(string schema)
    {
        var table = new Table(new PostgresqlObjectName(schema, Name, SchemaUtils.IdentifierUsage.General));
        table.AddColumn("stream_id", "text").AsPrimaryKey();
        table.AddColumn("merchant", "text").NotNull();
        table.AddColumn("transaction_id", "text").NotNull();
        table.AddColumn("reason", "text").NotNull();
        table.AddColumn("since", "timestamptz").NotNull();
        table.AddColumn("due_at", "timestamptz").NotNull();
        table.AddColumn("attempts", "integer").NotNull();
        table.AddColumn("last_error", "text");
        table.AddColumn("traceparent", "text");
        table.Indexes.Add(new IndexDefinition("due_by_time") { Columns = ["due_at"] });
        return table;
    }
}
