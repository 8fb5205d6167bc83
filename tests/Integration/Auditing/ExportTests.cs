using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Auditing;

/// <summary>Exports of a ledger that real payments filled, held against SQL's own count.</summary>
public sealed class ExportTests(Installation system) : IClassFixture<Installation>, IDisposable
{
    private const string Outcomes = "('order_paid', 'order_payment_failed', 'order_payment_flagged', 'order_refunded')";

    private readonly string _directory = Directory.CreateTempSubdirectory("kkia-export-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_export_of_a_period_says_what_the_ledger_says_and_is_sound()
    {
        for (var n = 0; n < 6; n++)
            await PaidAsync($"export-{n}", 5000 + n);
        await system.SettledAsync();
        var from = await system.ReadAsync<DateTime>("select min(timestamp) from kkiaevents.mt_events where stream_id = (select stream_id from kkiaevents.mt_events where data ->> 'orderId' = 'export-2' limit 1)");
        var to = await system.ReadAsync<DateTime>("select max(timestamp) + interval '1 microsecond' from kkiaevents.mt_events");
        await PaidAsync("export-after", 5000);
        // Pays an order of the period a second time, afterwards: it is no part of the period.
        var again = await system.Provider.PayAsync(new { amount = 5003, stateData = new { orderId = "export-3" } });
        await system.NotifyAsync(again, amount: 5003, order: "export-3");
        await system.Outcomes.WaitForAsync(again, "OrderPaymentFlagged");
        await system.SettledAsync();

        var export = new LedgerExport(new(system.Database, system.Get<LedgerOptions>()), _ => new OrderPolicy(), TimeProvider.System);
        var manifest = await export.WriteAsync(_directory, from, to, null, Token);

        var period = string.Create(CultureInfo.InvariantCulture, $"timestamp >= '{from:O}' and timestamp < '{to:O}'");
        Assert.Equal(await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where {period}"), manifest.Events);
        foreach (var (type, count) in manifest.EventsByType)
            Assert.Equal(await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where {period} and type = '{type}'"), count);
        var streams = $"select distinct stream_id from kkiaevents.mt_events where {period}";
        Assert.Equal(await system.ReadAsync<long>($"select min(seq_id) from kkiaevents.mt_events where stream_id in ({streams})"), manifest.FirstPosition);
        Assert.Equal(await system.ReadAsync<long>($"select max(seq_id) from kkiaevents.mt_events where {period}"), manifest.LastPosition);
        Assert.Equal(
            await system.ReadAsync<string>(
                $$"""
                select string_agg(line, E'\n' order by line collate "C") from (
                  select concat_ws('|', data ->> 'merchant', data ->> 'method', left(data ->> 'decidedAt', 10), type, count(*),
                    sum(coalesce((data ->> 'amount')::bigint, 0)), sum(coalesce((data ->> 'fees')::bigint, 0)), sum(coalesce((data ->> 'net')::bigint, 0))) as line
                  from kkiaevents.mt_events where {{period}} and type in {{Outcomes}}
                  group by data ->> 'merchant', data ->> 'method', left(data ->> 'decidedAt', 10), type) sums
                """),
            string.Join('\n', manifest.Sums.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Merchant}|{s.Method}|{s.Day:yyyy-MM-dd}|{s.Type}|{s.Count}|{s.Amount}|{s.Fees}|{s.Net}")).Order(StringComparer.Ordinal)));

        foreach (var file in manifest.Files)
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(_directory, file.Name), Token);
            Assert.Equal((bytes.LongLength, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.LongCount(b => b == '\n')), (file.Bytes, file.Sha256, file.Lines));
        }

        await StoredAsItStandsAsync();
        var rows = await File.ReadAllLinesAsync(Path.Combine(_directory, ExportManifest.OutcomesFile), Token);
        Assert.Equal(await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where {period} and type in {Outcomes}"), rows.Length - 1);

        var problems = new List<ExportProblem>();
        var check = await ExportVerification.RunAsync(_directory, _ => [Installation.Secret], problems.Add, null, Token);
        Assert.Empty(problems);
        Assert.Equal(manifest.Events + manifest.ContextEvents, check.Lines);
        Assert.True(check.SignaturesProven >= 4);
        await Assert.ThrowsAsync<IOException>(() => export.WriteAsync(_directory, cancellationToken: Token));
    }

    // Each line holds the stored event, unchanged.
    private async Task StoredAsItStandsAsync()
    {
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(_directory, ExportManifest.EventsFile), Token))
        {
            using var json = JsonDocument.Parse(line);
            var position = json.RootElement.GetProperty("position").GetInt64();
            using var stored = JsonDocument.Parse(await system.ReadAsync<string>($"select data::text from kkiaevents.mt_events where seq_id = {position}"));
            Assert.True(JsonElement.DeepEquals(stored.RootElement, json.RootElement.GetProperty("data")), line);
        }
    }

    private async Task PaidAsync(string order, long amount)
    {
        var id = await system.Provider.PayAsync(new { amount, method = amount % 2 == 0 ? "CARD" : "MOBILE_MONEY", stateData = new { orderId = order } });
        await system.NotifyAsync(id, amount: amount, order: order);
        await system.Outcomes.WaitForAsync(id);
    }
}
