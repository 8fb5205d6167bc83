using System.Diagnostics;
using System.Globalization;
using KkiaEvents.Bench.Measurements;
using KkiaEvents.Bench.Observing;
using KkiaEvents.Bench.Running;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Local.Backing;
using Npgsql;
using Spectre.Console;
using Layout = KkiaEvents.Local.Supervision.Layout;

namespace KkiaEvents.Bench.Auditing;

/// <summary>What a run of <c>bench/run ledger</c> is to do.</summary>
/// <param name="Payments">How many payments the ledger holds.</param>
/// <param name="Runs">How often each question is asked.</param>
/// <param name="Seed">What the random payments begin with.</param>
/// <param name="Keep">True to ask the ledger that the last run left.</param>
internal sealed record LedgerTrialSize(int Payments, int Runs, int Seed, bool Keep);

/// <summary>Fills a ledger and measures what <c>kkia</c> asks of it, each time as a process of its own.</summary>
/// <param name="program"><c>./kkia</c>, as a person starts it.</param>
/// <param name="settings">Its configuration.</param>
/// <param name="size">How much of it.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class LedgerTrial(string program, IReadOnlyDictionary<string, string> settings, LedgerTrialSize size, CancellationToken cancellation)
{
    /// <summary>Payments that go on while a rebuild is measured, a second.</summary>
    private const int Meanwhile = 50;

    private const int Undelivered = 300;

    private readonly Table table = new Table().Border(TableBorder.Simple)
        .AddColumn("").AddColumn(new TableColumn("median").RightAligned()).AddColumn(new TableColumn("p95").RightAligned())
        .AddColumn(new TableColumn("processor time").RightAligned()).AddColumn(new TableColumn("the queries alone").RightAligned()).AddColumn("expected");

    private readonly Table streams = new Table().Border(TableBorder.Simple)
        .AddColumn("").AddColumn(new TableColumn("seconds").RightAligned()).AddColumn(new TableColumn("a second").RightAligned()).AddColumn(new TableColumn("processor s").RightAligned())
        .AddColumn(new TableColumn("memory early, peak (MiB)").RightAligned()).AddColumn("expected");

    public static async Task RunAsync(Layout layout, LedgerTrialSize size, CancellationToken cancellation)
    {
        var directory = Path.Combine(layout.Run, "ledger");
        if (!size.Keep && Directory.Exists(directory))
            LocalServices.Delete(directory);
        await using var backing = LocalServices.In(directory, ServicesKind.Private, new LocalServicesOptions { Durable = true });
        Stage.Say("Starting PostgreSQL");
        await backing.Database.StartAsync(cancellation);
        await backing.DatabaseEndpoint.CreateDatabaseAsync(DatabaseEndpoint.DefaultDatabase, cancellation);
        var connection = backing.DatabaseEndpoint.ConnectionString();
        await using var fill = new LedgerFill(connection, size.Seed);
        await fill.MakeSchemaAsync();
        if (!size.Keep)
        {
            Stage.Say($"Filling it with {size.Payments:#,0} payments over {LedgerFill.Days} days");
            var elapsed = await fill.RunAsync(size.Payments, n => Tell(n, size.Payments), cancellation);
            Stage.Say($"Filled in {elapsed.TotalSeconds:0} s, {size.Payments / elapsed.TotalSeconds:#,0} payments/s");
            await fill.DeliverAsync(Undelivered, cancellation);
        }

        var settings = LedgerFill.Merchants.ToDictionary(m => $"Kkiapay__Merchants__{m}__WebhookSecrets__0", FilledPayment.SecretOf);
        settings["ConnectionStrings__Ledger"] = connection;
        await new LedgerTrial(Path.Combine(layout.Root, "kkia"), settings, size, cancellation).MeasureAsync(directory, connection, fill);
    }

    private static void Tell(int number, int of)
    {
        if (number > 0 && number % 20_000 == 0)
            Stage.Say($"{number:#,0} of {of:#,0}");
    }

    private async Task MeasureAsync(string directory, string connection, LedgerFill fill)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        var facts = await LedgerSamples.ReadAsync(database, cancellation);
        Stage.Say($"{facts.Payments:#,0} payments, {facts.Events:#,0} events; load average {MachineFacts.LoadAverage()}");

        var stories = new PaymentStories(database, new() { ConnectionString = connection });
        var queries = new PaymentQueries(database, new() { ConnectionString = connection });
        // The first call builds what is measured, where it is not built yet.
        await KkiaRun.OfAsync(program, settings, ["--version"], cancellation);
        Task FindAsync(string reference) => stories.FindAsync(reference, null, LedgerFill.Merchants, cancellation);
        await AskAsync("kkia --help (the whole program alone)", null, null, "--help");
        await AskAsync("show --help (its program alone)", null, null, "show", "--help");
        await AskAsync("show TRANSACTION", 300, () => FindAsync(facts.Transaction), "show", facts.Transaction);
        await AskAsync("show ORDER (two transactions)", 300, () => FindAsync(facts.Order), "show", facts.Order);
        await AskAsync("show ID, not there", 300, () => FindAsync("no-such-id"), "show", "no-such-id");
        await AskAsync("as-of, a transaction", 300, () => FindAsync(facts.Transaction), "as-of", facts.Middle, facts.Transaction);
        foreach (var (arguments, filter) in LedgerSamples.Filters(facts))
            await AskAsync($"list {arguments}", 1000, () => queries.ListAsync(filter, cancellation), ["list", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        var export = Path.Combine(directory, "export");
        if (Directory.Exists(export))
            Directory.Delete(export, recursive: true);
        await StreamAsync("export, everything", facts.Events, "events", "≥ 20,000", "export", export);
        await StreamAsync("verify-export", facts.Events, "events", "", "verify-export", export);
        var month = Path.Combine(export, "month");
        await StreamAsync("export, 30 days", facts.EventsOfMonth, "events", "", "export", month, "--from", facts.MonthBegins, "--to", facts.MonthEnds);
        await StreamAsync("rederive", facts.Events, "events", "", "rederive");
        await StreamAsync("rebuild", facts.Payments, "payments", "", "rebuild");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var goingOn = fill.GoOnAsync(Meanwhile, stop.Token);
        await StreamAsync($"rebuild, {Meanwhile} payments/s going on", facts.Payments, "payments", "", "rebuild");
        await stop.CancelAsync();
        await goingOn;

        AnsiConsole.Write(table);
        AnsiConsole.Write(streams);
    }

    private async Task AskAsync(string name, double? expected, Func<Task>? queries, params IReadOnlyList<string> arguments)
    {
        var (times, processor, alone) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < size.Runs; run++)
        {
            var answer = await KkiaRun.OfAsync(program, settings, arguments, cancellation);
            // 1 is a clear answer too: not there.
            if (answer.ExitCode is not (0 or 1))
                throw new BenchFailedException($"kkia {string.Join(' ', arguments)} ended {answer.ExitCode}: {answer.Output}");
            times.Add(answer.Elapsed.TotalMilliseconds);
            processor.Add(answer.Processor.TotalMilliseconds);
            if (queries is null)
                continue;
            var from = Stopwatch.GetTimestamp();
            await queries();
            alone.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }

        var (median, p95) = (Quantile(times, 0.5), Quantile(times, 0.95));
        table.AddRow(
            Markup.Escape(name), Ms(median), Ms(p95), Ms(Quantile(processor, 0.5)), alone.Count == 0 ? "" : Ms(Quantile(alone, 0.5)), expected is { } limit ? $"< {limit:0} ms: {(median < limit ? "yes" : "no")}" : "");
        Stage.Say($"{name}: {Ms(median)}, {Ms(p95)}");
    }

    private static double Quantile(List<double> values, double quantile)
    {
        values.Sort();
        return values[(int)Math.Round((values.Count - 1) * quantile)];
    }

    private async Task StreamAsync(string name, long count, string unit, string expected, params IReadOnlyList<string> arguments)
    {
        var run = await KkiaRun.OfAsync(program, settings, arguments, cancellation);
        if (run.ExitCode != 0)
            throw new BenchFailedException($"kkia {string.Join(' ', arguments)} ended {run.ExitCode}: {run.Output}");
        var rate = string.Create(CultureInfo.InvariantCulture, $"{count / run.Elapsed.TotalSeconds:#,0} {unit}");
        streams.AddRow(Markup.Escape(name), $"{run.Elapsed.TotalSeconds:0.0}", rate, $"{run.Processor.TotalSeconds:0.0}", $"{run.EarlyMemory:0}, {run.PeakMemory:0}", expected);
        Stage.Say($"{name}: {run.Elapsed.TotalSeconds:0.0} s, {rate}/s, {run.Processor.TotalSeconds:0.0} s of processor, memory {run.EarlyMemory:0} then {run.PeakMemory:0} MiB");
    }

    private static string Ms(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0} ms");
}
