using System.Text.Json;
using KkiaEvents.Bench.Observing;
using Spectre.Console;

namespace KkiaEvents.Bench.Reporting;

/// <summary>The figures of a run, with where they come from.</summary>
internal sealed class Report(MachineFacts machine)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly List<Figure> figures = [];
    private readonly Dictionary<string, List<(int Count, CpuUse Use)>> cpu = [];

    /// <summary>Adds one round's value to a figure.</summary>
    public void Add(Figure figure, double value)
    {
        var known = figures.Find(one => one.Name == figure.Name);
        if (known is null)
            figures.Add(known = figure);
        known.Rounds.Add(value);
    }

    /// <summary>Adds who used the processors during one round of a measurement of so many webhooks or payments.</summary>
    public void AddCpu(string measurement, int count, CpuUse use)
    {
        if (!cpu.TryGetValue(measurement, out var rounds))
            cpu[measurement] = rounds = [];
        rounds.Add((count, use));
    }

    public void Print(IAnsiConsole console)
    {
        console.MarkupLineInterpolated($"\n{machine.Cores} cores ({machine.Processor}), {machine.MemoryGiB} GiB, {machine.OperatingSystem}");
        console.MarkupLineInterpolated($".NET {machine.DotNet}, PostgreSQL {machine.PostgreSql}, RabbitMQ {machine.RabbitMq}, Marten {machine.Marten}, MassTransit {machine.MassTransit}");
        console.MarkupLineInterpolated($"Load average at the start: {machine.LoadAverageAtStart}. Sender, subscriber, Sandbox, broker and database share the cores with what is measured.\n");

        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("").AddColumn(new TableColumn("median").RightAligned()).AddColumn(new TableColumn("least … most").RightAligned())
            .AddColumn("").AddColumn(new TableColumn("rounds").RightAligned()).AddColumn("expected");
        foreach (var figure in figures)
        {
            table.AddRow(
                figure.Name, Number(figure.Median), $"{Number(figure.Least)} … {Number(figure.Most)}", figure.Unit, $"{figure.Rounds.Count}",
                figure.Expected is { } expected ? $"{(figure.HigherIsBetter ? "≥" : "<")} {Number(expected)}: {(figure.AsExpected is true ? "yes" : "no")}" : "");
        }

        console.Write(table);
        foreach (var (measurement, rounds) in cpu)
        {
            var cost = Microseconds(rounds);
            console.MarkupLineInterpolated(
                $"Processor time of one ({measurement}): {cost.Values.Sum():#,0} µs = {string.Join(" + ", cost.Select(part => $"{part.Key} {part.Value:#,0}"))}; others used {OthersCores(rounds):0.00} cores meanwhile.");
        }
    }

    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(
        new
        {
            machine,
            figures = figures.Select(figure => new
            {
                figure.Name,
                figure.Unit,
                figure.Median,
                figure.Least,
                figure.Most,
                figure.Expected,
                figure.AsExpected,
                figure.Rounds,
            }),
            processorTime = cpu.ToDictionary(
                one => one.Key, one => new { microsecondsEach = Microseconds(one.Value), coresUsedByOthers = Math.Round(OthersCores(one.Value), 2) }),
        },
        Json));

    // By the round that was cheapest as a whole: what others on the machine do makes the same work dearer, never cheaper.
    private static Dictionary<string, double> Microseconds(List<(int Count, CpuUse Use)> rounds) => rounds
        .Select(round => round.Use.Seconds
            .Where(part => part.Key != CpuTimes.Others)
            .Select(part => (part.Key, Value: Math.Round(part.Value / round.Count * 1e6)))
            .Where(part => part.Value > 0)
            .OrderByDescending(part => part.Value)
            .ToDictionary(part => part.Key, part => part.Value))
        .MinBy(parts => parts.Values.Sum())!;

    private static double OthersCores(List<(int Count, CpuUse Use)> rounds) =>
        rounds.Average(round => round.Use.Seconds[CpuTimes.Others] / round.Use.Elapsed);

    private static string Number(double value) => value >= 100 ? $"{value:#,0}" : $"{value:0.0}";
}
