using System.CommandLine;
using System.Globalization;
using KkiaEvents.Bench.Running;
using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Supervision;

namespace KkiaEvents.Chaos;

/// <summary>The command line of <c>./test chaos --minutes …</c>.</summary>
internal static class ChaosCommand
{
    public static RootCommand Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long faults are done: 0.5 to 1440. Starting and draining come on top: about two minutes.", DefaultValueFactory = _ => 3 };
        minutes.Validators.Add(result =>
        {
            if (result.GetValue(minutes) is not (>= 0.5 and <= 1440))
                result.AddError("--minutes takes 0.5 to 1440.");
        });
        var seed = new Option<int>("--seed") { Description = "What the dice begin with: the same payments and the same faults again. A fresh one by default; the run prints it.", DefaultValueFactory = _ => Random.Shared.Next() };
        var rate = new Option<double>("--rate") { Description = "Payments a second: 1 to 200.", DefaultValueFactory = _ => 8 };
        rate.Validators.Add(result =>
        {
            if (result.GetValue(rate) is not (>= 1 and <= 200))
                result.AddError("--rate takes 1 to 200.");
        });
        var command = new RootCommand("Payments under faults, with real processes; ends 0 only when nothing was lost, doubled or contradicted.") { minutes, seed, rate };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(seed), TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(rate), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int seed, TimeSpan duration, double rate, CancellationToken cancellation)
    {
        var whole = Layout.OfThisCheckout();
        var layout = whole with { Run = Path.Combine(whole.Run, "chaos", seed.ToString(CultureInfo.InvariantCulture)) };
        Directory.CreateDirectory(layout.Logs);
        try
        {
            using var only = RunLock.Take(layout);
            Leftovers.Owner = layout.Services;
            await Leftovers.EndAsync(layout.Services, cancellation).ConfigureAwait(false);
            if (!await ChaosRun.RunAsync(layout, seed, duration, rate, cancellation).ConfigureAwait(false))
                return 1;
            // Broker and database stay for whoever looks into what went wrong; nothing did.
            LocalServices.Delete(layout.Services);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 130;
        }
        catch (Exception expected) when (expected is ChaosFailedException or BenchFailedException or BackingServiceException or RunRefusedException)
        {
            await Console.Error.WriteLineAsync($"\nSeed {seed}: the run itself failed.\n{expected.Message}").ConfigureAwait(false);
            return 2;
        }
    }
}
