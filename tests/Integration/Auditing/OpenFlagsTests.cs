using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Auditing;

/// <summary>What the alarm on flags goes by is counted every five seconds.</summary>
public class OpenFlagsTests(Installation system) : IClassFixture<Installation>
{
    [Fact]
    public async Task Counting_flags_among_many_payments_reads_the_flagged_ones_only()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000 });
        await system.NotifyAsync(id);
        await system.Outcomes.WaitForAsync(id);
        await system.ExecuteAsync(
            $$"""
            insert into kkiaevents.mt_doc_payment (id, data, mt_version, mt_dotnet_type)
            select id || n, jsonb_set(data, '{flags}', case n when 1 then '["Contradiction", "AlreadyPaid"]'::jsonb when 2 then '["AlreadyPaid"]' else '[]' end), mt_version, mt_dotnet_type
            from kkiaevents.mt_doc_payment, generate_series(1, 20000) n where id = 'default/{{id}}'
            """);
        await system.ExecuteAsync("analyze kkiaevents.mt_doc_payment");
        var before = await ByIndexAsync();

        var flags = await system.Get<OpenFlags>().CountAsync(TestContext.Current.CancellationToken);

        Assert.Equal(new Dictionary<string, long> { ["Contradiction"] = 1, ["AlreadyPaid"] = 2 }, flags);
        await Condition.HoldsAsync("the index was read", async () => await ByIndexAsync() > before);
    }

    private Task<long> ByIndexAsync() =>
        system.ReadAsync<long>("select idx_scan from pg_stat_user_indexes where schemaname = 'kkiaevents' and indexrelname = 'mt_doc_payment_idx_flagged'");
}
