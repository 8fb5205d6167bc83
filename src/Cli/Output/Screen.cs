using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.ServiceDefaults;
using Spectre.Console;

namespace KkiaEvents.Cli.Output;

/// <summary>
/// Writes results and complaints. Colours and bars only on a terminal; anywhere else plain lines, so that a pipe gets what
/// it can cut.
/// </summary>
internal sealed class Screen(TextWriter output, TextWriter error)
{
    private static readonly JsonSerializerOptions Indented = new(AuditJson.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions OneLine = new(AuditJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IAnsiConsole? _terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected ? AnsiConsole.Console : null;

    private readonly bool _errorIsTerminal = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;

    public void Json(object value) => output.WriteLine(Printable.Json(JsonSerializer.Serialize(value, Indented.GetTypeInfo(value.GetType()))));

    public void JsonLine(object value) => output.WriteLine(Printable.Json(JsonSerializer.Serialize(value, OneLine.GetTypeInfo(value.GetType()))));

    /// <summary>One line of text, whatever is in it; in a colour where there are some.</summary>
    public void Line(string text = "", string? colour = null)
    {
        text = Printable.Line(text);
        if (_terminal is { } terminal && colour is not null)
            terminal.MarkupLine($"[{colour}]{Markup.Escape(text)}[/]");
        else
            output.WriteLine(text);
    }

    /// <summary>A text of our own that a shell is to read, line by line.</summary>
    public void Script(string text)
    {
        foreach (var line in text.Split('\n'))
            output.WriteLine(Printable.Line(line));
    }

    /// <summary>Complaints as JSON, for a program that asked for JSON.</summary>
    public bool ErrorsAsJson { get; set; }

    /// <summary>Says beside the results how work goes; nothing to a program that asked for JSON.</summary>
    public void Tell(string text)
    {
        if (!ErrorsAsJson)
            error.WriteLine(Printable.Block(text));
    }

    /// <summary>Says what is wrong.</summary>
    public void Complain(string text)
    {
        if (ErrorsAsJson)
            error.WriteLine(Printable.Json(new JsonObject { ["error"] = text }.ToJsonString(OneLine)));
        else
            error.WriteLine(Printable.Block(text));
    }

    /// <summary>Rows under heads: a table on a terminal, columns anywhere else.</summary>
    public void Rows(IReadOnlyList<string> heads, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        rows = [.. rows.Select(row => (IReadOnlyList<string>)[.. row.Select(Printable.Line)])];
        if (_terminal is { } terminal)
        {
            var table = new Table { Border = TableBorder.Simple };
            table.AddColumns([.. heads.Select(h => new TableColumn(h).NoWrap())]);
            foreach (var row in rows)
                table.AddRow([.. row.Select(c => Markup.Escape(c))]);
            terminal.Write(table);
            return;
        }

        var widths = heads.Select((h, i) => rows.Select(r => r[i].Length).Append(h.Length).Max()).ToList();
        foreach (var row in rows.Prepend(heads))
            output.WriteLine(string.Join("  ", row.Select((c, i) => c.PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>Does long work under a bar, on a terminal; without one anywhere else.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="work">The work; it is given how to tell the part that is done (0 to 1; null when unknown) and a note.</param>
    public async Task<T> WorkAsync<T>(string title, Func<Action<double?, string>, Task<T>> work)
    {
        if (!_errorIsTerminal)
            return await work((_, _) => { });
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var task = progress.AddTask(title, maxValue: 1);
            task.IsIndeterminate = true;
            return await work((done, note) =>
            {
                task.Description = Markup.Escape(Printable.Line(note));
                if (done is { } part)
                    (task.IsIndeterminate, task.Value) = (false, part);
            });
        });
    }
}
