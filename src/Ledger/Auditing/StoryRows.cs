using System.Globalization;
using Npgsql;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>The entries of a story that are rows, not events: deliveries to the bus, and what is due.</summary>
internal static class StoryRows
{
    public static async Task<List<StoryEntry>> DeliveriesAsync(
        NpgsqlDataSource dataSource, string schema, string[] streamIds, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select stream_id, event_id, message_type, created_at, delivered_at, routed, attempts, last_error
            from {schema}.deliveries where event_id in (select id from {schema}.mt_events where stream_id = any($1))
              and ($2::timestamptz is null or created_at <= $2)
            """);
        command.Parameters.Add(new() { Value = streamIds });
        command.Parameters.Add(new() { Value = (object?)asOf ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        var entries = new List<StoryEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var created = reader.GetFieldValue<DateTimeOffset>(3);
            DateTimeOffset? delivered = reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4);
            if (delivered > asOf)
                delivered = null;
            var attempts = reader.GetInt32(6);
            var error = reader.IsDBNull(7) ? null : reader.GetString(7);
            entries.Add(new()
            {
                At = delivered ?? created, Kind = StoryKind.Delivery, StreamId = reader.GetString(0), Type = reader.GetString(2),
                Summary = Say(reader.GetString(2), reader.GetGuid(1), delivered is not null, !reader.IsDBNull(5) && !reader.GetBoolean(5), attempts, asOf is null ? error : null),
            });
        }

        return entries;
    }

    public static async Task<List<StoryEntry>> DueAsync(
        NpgsqlDataSource dataSource, string schema, string[] streamIds, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select stream_id, reason, due_at, attempts, last_error from {schema}.due where stream_id = any($1)");
        command.Parameters.Add(new() { Value = streamIds });
        var entries = new List<StoryEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var at = reader.GetFieldValue<DateTimeOffset>(2).ToUniversalTime();
            var unanswered = reader.GetInt32(3);
            entries.Add(new()
            {
                At = at, Kind = StoryKind.Due, StreamId = reader.GetString(0), Type = "due",
                Summary = string.Create(CultureInfo.InvariantCulture,
                    $"Due: KKiaPay is to be asked at {at:yyyy-MM-dd HH:mm:ss} UTC (last: {reader.GetString(1)}{(unanswered > 0 ? $", {unanswered} questions in a row unanswered" : "")}{(reader.IsDBNull(4) ? "" : $": {reader.GetString(4)}")})"),
            });
        }

        return entries;
    }

    private static string Say(string type, Guid id, bool delivered, bool unrouted, int attempts, string? error) => (delivered, unrouted) switch
    {
        (true, true) => $"{type} {id} given to the bus: the broker confirmed it, no queue was bound to it{After(attempts)}",
        (true, false) => $"{type} {id} on the bus: the broker confirmed it{After(attempts)}",
        _ => $"{type} {id} not on the bus yet{After(attempts)}{(error is null ? "" : $": {error}")}",
    };

    private static string After(int attempts) => attempts > 0 ? string.Create(CultureInfo.InvariantCulture, $", after {attempts} failed attempts") : "";
}
