using System.Globalization;
using KkiaEvents.ServiceDefaults;
using Spectre.Console;

namespace KkiaEvents.Local.Day;

/// <summary>The day as one table, payment by payment.</summary>
internal static class DayTable
{
    private const int WidthWithoutTerminal = 150;

    /// <returns>True when every payment ended as it must.</returns>
    public static bool Print(IReadOnlyList<DayEntry> entries, EventCollector events, IReadOnlyDictionary<string, int> refused)
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
            console.Profile.Width = WidthWithoutTerminal;
        var table = new Table().Border(TableBorder.Rounded).AddColumns("#", "What went in", "Must come out", "Came out", "");
        var wrong = 0;
        foreach (var (entry, index) in entries.Select((entry, index) => (entry, index)))
        {
            var actual = entry.Actual(events).ToList();
            if (refused.TryGetValue(entry.TransactionId, out var times))
                actual.Add($"webhook refused {times} times");
            var ok = actual.SequenceEqual(entry.Expected);
            wrong += ok ? 0 : 1;
            table.AddRow(
                (index + 1).ToString(CultureInfo.InvariantCulture),
                Markup.Escape(entry.Sent),
                Cell(entry.Expected),
                Cell(actual),
                ok ? "[green]ok[/]" : "[red]WRONG[/]");
        }

        console.Write(table);
        console.WriteLine(wrong == 0
            ? $"All {entries.Count} payments ended as they must."
            : $"{wrong} of {entries.Count} payments did not end as they must. The services' output is in .run/logs.");
        return wrong == 0;
    }

    private static string Cell(IReadOnlyList<string> lines) => lines.Count == 0 ? "nothing" : Markup.Escape(string.Join('\n', lines.Select(Printable.Line)));
}
