namespace KkiaEvents.Ledger.Deliveries;

/// <summary>One row to insert: the columns by name, as JSON carries them.</summary>
internal sealed record DeliveryRow(
    Guid EventId, string StreamId, long Version, string MessageType, string Merchant, string TransactionId, DateTimeOffset? ReceivedAt, string? Traceparent)
{
    // One statement and one parameter whatever the batch's size. The database's clock orders rows of all replicas.
    public static string InsertSql(string schema) =>
        $"""
        insert into {schema}.{DeliveryTable.Name} (event_id, stream_id, version, message_type, merchant, transaction_id, created_at, received_at, not_before, traceparent)
        select "eventId", "streamId", version, "messageType", merchant, "transactionId", clock_timestamp(), "receivedAt", clock_timestamp(), traceparent
        from jsonb_to_recordset(?::jsonb) as r("eventId" uuid, "streamId" text, version bigint, "messageType" text, merchant text, "transactionId" text, "receivedAt" timestamptz, traceparent text)
        """;
}
