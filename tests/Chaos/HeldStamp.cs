using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>Holds whoever stamps a delivery, at the moment between the broker's confirm and the stamp, until it is disposed.</summary>
internal sealed class HeldStamp : IAsyncDisposable
{
    private const string Lock = "7093";
    private readonly Pipeline _system;
    private readonly Npgsql.NpgsqlConnection _holder;

    private HeldStamp(Pipeline system, Npgsql.NpgsqlConnection holder) => (_system, _holder) = (system, holder);

    public static async Task<HeldStamp> TakeAsync(Pipeline system)
    {
        await system.ExecuteAsync(
            $"""
            create or replace function kkiaevents.hold_stamp() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock({Lock}); return new; end $$;
            create trigger hold_stamp before update on kkiaevents.deliveries for each row when (new.delivered_at is not null) execute function kkiaevents.hold_stamp();
            """);
        var holder = await system.Database.OpenConnectionAsync();
        await using var take = holder.CreateCommand();
        take.CommandText = $"select pg_advisory_lock({Lock})";
        await take.ExecuteNonQueryAsync();
        return new(system, holder);
    }

    /// <summary>Waits until somebody is held.</summary>
    public Task SomebodyIsHeldAsync() => Condition.HoldsAsync("somebody is about to stamp",
        async () => await _system.ReadAsync<long>($"select count(*) from pg_locks where locktype = 'advisory' and objid = {Lock} and not granted") > 0);

    public async ValueTask DisposeAsync()
    {
        await using (var release = _holder.CreateCommand())
        {
            release.CommandText = $"select pg_advisory_unlock({Lock})";
            await release.ExecuteNonQueryAsync();
        }

        await _holder.DisposeAsync();
        await _system.ExecuteAsync("drop trigger hold_stamp on kkiaevents.deliveries");
    }
}
