using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace KkiaEvents.Ledger.Deliveries;

/// <summary>
/// The duty to deliver an outcome, inserted in the outcome's own commit. It points to the stored event; the relay
/// publishes that and stamps the row. The stamp stays: an auditor sees when the bus took it.
/// </summary>
internal static class DeliveryTable
{
    public const string Name = "deliveries";

    /// <summary>Wakes the relays of every replica; a poll backs it up.</summary>
    public const string Channel = "kkiaevents_deliveries";

    public static Table In(string schema)
    {
        var table = new Table(new PostgresqlObjectName(schema, Name, SchemaUtils.IdentifierUsage.General));
        table.AddColumn("event_id", "uuid").AsPrimaryKey();
        table.AddColumn("stream_id", "text").NotNull();
        table.AddColumn("version", "bigint").NotNull();
        table.AddColumn("message_type", "text").NotNull();
        table.AddColumn("merchant", "text").NotNull();
        table.AddColumn("transaction_id", "text").NotNull();
        table.AddColumn("created_at", "timestamptz").NotNull();
        table.AddColumn("received_at", "timestamptz");
        table.AddColumn("not_before", "timestamptz").NotNull();
        table.AddColumn("delivered_at", "timestamptz");
        table.AddColumn("routed", "boolean");
        table.AddColumn("attempts", "integer").NotNull().DefaultValue(0);
        table.AddColumn("last_error", "text");
        table.AddColumn("traceparent", "text");
        // Both are tiny whatever the table's size: they hold the undelivered rows only.
        table.Indexes.Add(new IndexDefinition("deliveries_undelivered") { Columns = ["not_before"], Predicate = "delivered_at IS NULL" });
        table.Indexes.Add(new IndexDefinition("deliveries_undelivered_stream") { Columns = ["stream_id", "version"], Predicate = "delivered_at IS NULL" });
        return table;
    }
}
