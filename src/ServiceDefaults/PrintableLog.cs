using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace KkiaEvents.ServiceDefaults;

/// <summary>Plain lines for a terminal: one an event, and under it, indented, its exception.</summary>
internal sealed class PrintableText : ITextFormatter
{
    private static readonly MessageTemplateTextFormatter Inner = new("{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:l}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        Inner.Format(logEvent, line);
        output.WriteLine(Printable.Line(line.ToString()));
        if (logEvent.Exception is { } exception)
            output.WriteLine($"    {Printable.Block(exception.ToString())}");
    }
}

/// <summary>Compact JSON. The formatter escapes what JSON demands only; a terminal or a viewer acts on more than that.</summary>
internal sealed class PrintableJson : ITextFormatter
{
    private static readonly CompactJsonFormatter Inner = new();

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        Inner.Format(logEvent, line);
        output.Write(Printable.Json(line.ToString()));
    }
}
