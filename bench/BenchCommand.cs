using System.CommandLine;
using KkiaEvents.Bench.Auditing;
using KkiaEvents.Bench.Comparing;
using KkiaEvents.Bench.ExactlyOnce;
using KkiaEvents.Bench.Measurements;
using KkiaEvents.Bench.Running;
using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Supervision;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Bench;

/// <summary>The command line of <c>bench/run</c>.</summary>
internal static class BenchCommand
{
    public static RootCommand Create()
    {
        var (rounds, quick, only) = (Rounds(otherwise: 3), Quick(), Only());
        only.AcceptOnlyFromAmong([.. Measuring.All.Keys]);
        var json = new Option<string?>("--json") { Description = "Write the figures to this file as well." };
        var processors = new Option<int>("--processors") { Description = "How many Processors share the work: 1 to 16.", DefaultValueFactory = _ => 1 };
        processors.Validators.Add(result =>
        {
            if (result.GetValue(processors) is < 1 or > 16)
                result.AddError("--processors takes 1 to 16.");
        });

        var command = new RootCommand("Measures KkiaEvents on this machine, with a real RabbitMQ and a real PostgreSQL.") { rounds, quick, only, json, processors, ExactlyOnceCommand(), LedgerCommand(), CompareCommand() };
        command.SetAction((parsed, cancellation) => RunAsync(
            layout => Measuring.RunAsync(
                layout,
                parsed.GetValue(quick) ? MeasurementSize.Quick(parsed.GetValue(rounds)) : MeasurementSize.Full(parsed.GetValue(rounds)),
                parsed.GetValue(only) ?? [],
                parsed.GetValue(processors),
                parsed.GetValue(json),
                cancellation),
            cancellation));
        return command;
    }

    private static Command ExactlyOnceCommand()
    {
        var payments = new Option<int>("--payments") { Description = "How many payments get each webhook three times.", DefaultValueFactory = _ => 10_000 };
        payments.Validators.Add(result =>
        {
            if (result.GetValue(payments) is < 1 or > 1_000_000)
                result.AddError("--payments takes 1 to 1000000.");
        });
        var outage = new Option<int>("--outage") { Description = "How long PostgreSQL is away, in seconds.", DefaultValueFactory = _ => 30 };
        var seed = new Option<int>("--seed") { Description = "What the random order begins with.", DefaultValueFactory = _ => Random.Shared.Next() };
        var command = new Command("exactly-once", "Repeats, a stopped Processor, a stopped PostgreSQL: counts what is lost and what is doubled; ends 1 unless both are 0.")
        {
            payments, outage, seed,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            layout => Trials.RunAsync(
                layout, parsed.GetValue(payments), TimeSpan.FromSeconds(parsed.GetValue(outage)), processors: 2, parsed.GetValue(seed), cancellation),
            cancellation));
        return command;
    }

    private static Command LedgerCommand()
    {
        var payments = new Option<int>("--payments") { Description = "How many payments the ledger holds.", DefaultValueFactory = _ => 100_000 };
        payments.Validators.Add(result =>
        {
            if (result.GetValue(payments) is < 1000 or > 10_000_000)
                result.AddError("--payments takes 1000 to 10000000.");
        });
        var runs = new Option<int>("--runs") { Description = "How often each question is asked.", DefaultValueFactory = _ => 20 };
        var seed = new Option<int>("--seed") { Description = "What the random payments begin with.", DefaultValueFactory = _ => 1 };
        var keep = new Option<bool>("--keep") { Description = "Ask the ledger that the last run left, instead of filling one." };
        var command = new Command("ledger", "Fills a ledger with payments of every kind over 90 days, and measures what kkia asks of it.") { payments, runs, seed, keep };
        command.SetAction((parsed, cancellation) => RunAsync(
            layout => LedgerTrial.RunAsync(layout, new(parsed.GetValue(payments), parsed.GetValue(runs), parsed.GetValue(seed), parsed.GetValue(keep)), cancellation),
            cancellation));
        return command;
    }

    private static Option<int> Rounds(int otherwise)
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each measurement is repeated: 1 to 100.", DefaultValueFactory = _ => otherwise };
        rounds.Validators.Add(result =>
        {
            if (result.GetValue(rounds) is < 1 or > 100)
                result.AddError("--rounds takes 1 to 100.");
        });
        return rounds;
    }

    private static Option<bool> Quick() => new("--quick") { Description = "Less of everything, for a first look." };

    private static Option<string[]> Only() =>
        new("--only") { Description = $"Only these: {string.Join(", ", Measuring.All.Keys)}.", AllowMultipleArgumentsPerToken = true };

    private static Command CompareCommand()
    {
        var other = new Argument<DirectoryInfo>("checkout") { Description = "The folder of another checkout, of an earlier commit for instance." };
        other.Validators.Add(result =>
        {
            if (result.GetValue(other) is { } folder && !File.Exists(Path.Combine(folder.FullName, "bench", "run")))
                result.AddError($"{folder} has no bench/run. Make one: git worktree add FOLDER COMMIT");
        });
        // Which measurements the other has is its to say.
        var (rounds, quick, only) = (Rounds(otherwise: 5), Quick(), Only());
        var command = new Command("compare", "Measures another checkout and this one in turn, and says the ratio of each figure.") { other, rounds, only, quick };
        command.SetAction((parsed, cancellation) => FailingInWordsAsync(
            () => new Comparison(
                LayoutOfThisCheckout().Root, parsed.GetRequiredValue(other).FullName, parsed.GetValue(rounds),
                [.. (parsed.GetValue(only) ?? []).SelectMany(name => new[] { "--only", name }), .. parsed.GetValue(quick) ? ["--quick"] : Array.Empty<string>()])
                .RunAsync(cancellation),
            cancellation));
        return command;
    }

    private static Task<int> RunAsync(Func<Layout, Task> work, CancellationToken cancellation) => FailingInWordsAsync(
        async () =>
        {
            var layout = LayoutOfThisCheckout();
            using var one = RunLock.Take(layout);
            Leftovers.Owner = layout.Run;
            await Leftovers.EndAsync(layout.Run, cancellation).ConfigureAwait(false);
            await work(layout).ConfigureAwait(false);
        },
        cancellation);

    private static async Task<int> FailingInWordsAsync(Func<Task> work, CancellationToken cancellation)
    {
        try
        {
            await work().ConfigureAwait(false);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 130;
        }
        catch (Exception expected) when (expected is BenchFailedException or BackingServiceException or RunRefusedException)
        {
            await Console.Error.WriteLineAsync($"\n{Printable.Block(expected.Message)}").ConfigureAwait(false);
            return 1;
        }
    }

    // From ROOT/bench/bin/CONFIGURATION/net10.0; its state apart from that of ./run, which may run at the same time.
    private static Layout LayoutOfThisCheckout()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!;
        var root = configuration.Parent!.Parent!.Parent!.FullName;
        var layout = new Layout(root, configuration.Name) { Run = Path.Combine(root, ".run", "bench") };
        Directory.CreateDirectory(layout.Logs);
        return layout;
    }
}
