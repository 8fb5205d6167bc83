using System.Text.Json;
using KkiaEvents.Bench.Observing;
using Spectre.Console;

namespace KkiaEvents.Bench.Reporting;

/// <summary>The figures of a run, with where they come from.</summary>
internal sealed class Report(MachineFacts machine)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly List<Figure> figures = [];
    private readonly Dictionary<string, List<IReadOnlyDictionary<string, double>>> cores = [];

    /// <summary>Adds one round's value to a figure.</summary>
    public void Add(Figure figure, double value)
    {
        var known = figures.Find(one => one.Name == figure.Name);
        if (known is null)
            figures.Add(known = figure);
        known.Rounds.Add(value);
    }

    /// <summary>Adds who used the processors during one round of a measurement.</summary>
    public void AddCores(string measurement, IReadOnlyDictionary<string, double> used)
    {
        if (!cores.TryGetValue(measurement, out var rounds))
            cores[measurement] = rounds = [];
        rounds.Add(used);
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
        foreach (var (measurement, rounds) in cores)
            console.MarkupLineInterpolated($"Cores used, {measurement}: {string.Join(", ", Mean(rounds).Select(part => $"{part.Key} {part.Value:0.00}"))}");
    }

    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(
        new
        {
            machine,
            figures = figures.Select(figure => new
            {
                figure.Name, figure.Unit, figure.Median, figure.Least, figure.Most, figure.Expected, figure.AsExpected, figure.Rounds,
            }),
            coresUsed = cores.ToDictionary(one => one.Key, one => Mean(one.Value)),
        },
        Json));

    private static Dictionary<string, double> Mean(List<IReadOnlyDictionary<string, double>> rounds) => rounds
        .SelectMany(round => round)
        .GroupBy(part => part.Key)
        .Select(part => (part.Key, Value: Math.Round(part.Sum(one => one.Value) / rounds.Count, 2)))
        .Where(part => part.Value > 0)
        .OrderByDescending(part => part.Value)
        .ToDictionary(part => part.Key, part => part.Value);

    private static string Number(double value) => value >= 100 ? $"{value:#,0}" : $"{value:0.0}";
}
