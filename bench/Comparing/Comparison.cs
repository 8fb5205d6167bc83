using System.Globalization;
using System.Text.Json;
using CliWrap;
using KkiaEvents.Bench.Measurements;
using KkiaEvents.Bench.Reporting;
using KkiaEvents.Bench.Running;
using Spectre.Console;

namespace KkiaEvents.Bench.Comparing;

/// <summary>
/// This checkout and another, measured in turn by the benchmark of each: what a change costs. Who is first changes from
/// round to round, so that what the machine does besides falls on both alike.
/// </summary>
/// <param name="This">The folder of this checkout.</param>
/// <param name="Other">The folder of the other, which must have <c>bench/run</c>.</param>
/// <param name="Rounds">How often each is measured.</param>
/// <param name="Arguments">What <c>bench/run</c> of both is given.</param>
internal sealed record Comparison(string This, string Other, int Rounds, IReadOnlyList<string> Arguments)
{
    private readonly Dictionary<string, (Figure Other, Figure This)> figures = [];

    public async Task RunAsync(CancellationToken cancellation)
    {
        for (var round = 1; round <= Rounds; round++)
        {
            Stage.Say($"Round {round} of {Rounds}");
            foreach (var other in round % 2 == 1 ? [true, false] : new[] { false, true })
                await MeasureAsync(other, cancellation).ConfigureAwait(false);
        }

        Print();
    }

    private async Task MeasureAsync(bool other, CancellationToken cancellation)
    {
        var checkout = other ? Other : This;
        var file = Path.GetTempFileName();
        try
        {
            var run = await Cli.Wrap(Path.Combine(checkout, "bench", "run"))
                .WithArguments([.. Arguments, "--rounds", "1", "--json", file])
                .WithWorkingDirectory(checkout)
                .WithValidation(CommandResultValidation.None)
                .WithStandardOutputPipe(PipeTarget.ToDelegate(line => Say(other, line)))
                .WithStandardErrorPipe(PipeTarget.ToDelegate(line => Say(other, line)))
                .ExecuteAsync(cancellation).ConfigureAwait(false);
            if (run.ExitCode != 0)
                throw new BenchFailedException($"bench/run of {checkout} ended with {run.ExitCode}.");
            using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(file, cancellation).ConfigureAwait(false));
            foreach (var (figure, value) in Read(report.RootElement))
                Add(figure, other, value);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<(Figure Figure, double Value)> Read(JsonElement report)
    {
        foreach (var figure in report.GetProperty("figures").EnumerateArray())
            yield return (new(figure.GetProperty("name").GetString()!, figure.GetProperty("unit").GetString()!), figure.GetProperty("median").GetDouble());
        foreach (var measurement in report.GetProperty("processorTime").EnumerateObject())
        {
            var each = measurement.Value.GetProperty("microsecondsEach").EnumerateObject().ToList();
            yield return (new($"Processor time of one ({measurement.Name}), all", "µs"), each.Sum(part => part.Value.GetDouble()));
            foreach (var part in each)
                yield return (new($"  {part.Name} ({measurement.Name})", "µs"), part.Value.GetDouble());
        }
    }

    private void Add(Figure figure, bool other, double value)
    {
        if (!figures.TryGetValue(figure.Name, out var both))
            figures[figure.Name] = both = (figure, new(figure.Name, figure.Unit));
        (other ? both.Other : both.This).Rounds.Add(value);
    }

    private void Print()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("median").AddColumn("")
            .AddColumn(new TableColumn("other").RightAligned()).AddColumn(new TableColumn("this").RightAligned())
            .AddColumn(new TableColumn("this / other").RightAligned()).AddColumn(new TableColumn("by rounds").RightAligned());
        foreach (var (other, ours) in figures.Values.Where(both => both.Other.Rounds.Count == Rounds && both.This.Rounds.Count == Rounds))
        {
            var ratios = other.Rounds.Zip(ours.Rounds, (a, b) => b / a).Where(double.IsFinite).ToList();
            if (ratios.Count == 0)
                continue;
            table.AddRow(
                other.Name, other.Unit, Number(other.Median), Number(ours.Median), Ratio(ours.Median / other.Median), $"{Ratio(ratios.Min())} … {Ratio(ratios.Max())}");
        }

        AnsiConsole.Write(table);
    }

    private static void Say(bool other, string line)
    {
        if (line.Contains("/s", StringComparison.Ordinal))
            AnsiConsole.MarkupLineInterpolated($"[grey]{(other ? "other" : "this "),5} │ {line.Trim()}[/]");
    }

    private static string Number(double value) => value.ToString(value >= 100 ? "#,0" : "0.0", CultureInfo.InvariantCulture);

    private static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
