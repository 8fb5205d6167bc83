using System.Text.Json;
using KkiaEvents.ServiceDefaults;
using KkiaEvents.Tests.Unit.Fuzzing;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace KkiaEvents.Tests.Unit.ServiceDefaults;

/// <summary>Whatever text comes from outside, a log says what was logged and nothing else.</summary>
public class PrintableTests
{
    // The encoder that escapes least.
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void A_line_of_any_text_has_no_control_no_direction_and_no_break() =>
        Fuzz.Holds(HostileText.Any, text => HostileText.IsPlain(Printable.Line(text)), JsonEncoded);

    [Fact]
    public void Plain_text_stays_as_it_is()
    {
        foreach (var text in new[] { "", "order-1042", "été à Cotonou, 5 000 F", "شكرا", "注文", "\ud83d\ude00", @"C:\new \u0041" })
            Assert.Equal(text, Printable.Line(text));
    }

    [Fact]
    public void What_is_hidden_is_written_as_its_number()
    {
        foreach (var (text, shown) in new[] { ("a\nb", @"a\nb"), ("\e[31m", @"\u001b[31m"), ("\u202e", @"\u202e"), ("\U000e0041", @"\udb40\udc41"), ("x\ud800", @"x\ud800") })
            Assert.Equal(shown, Printable.Line(text));
    }

    [Fact]
    public void A_JSON_document_stays_the_document_that_it_was() => Fuzz.Holds(HostileText.Any, text =>
    {
        var document = "{\n  \"text\": " + JsonSerializer.Serialize(text, Relaxed) + "\n}";
        var printed = Printable.Json(document);
        Assert.All(printed.Split('\n'), HostileText.IsPlain);
        Assert.Equal(JsonDocument.Parse(document).RootElement.GetProperty("text").GetString(), JsonDocument.Parse(printed).RootElement.GetProperty("text").GetString());
    }, JsonEncoded);

    [Fact]
    public void Ids_and_words_stand_in_a_text_log_as_they_are_without_quotes() =>
        Assert.EndsWith(
            "Kept 01a20d62-3e54-7a09-9049-f22382d468ac, Information",
            Logged(new PrintableText(), log => log.Information("Kept {Id}, {Level}", new Guid("01a20d62-3e54-7a09-9049-f22382d468ac"), Serilog.Events.LogEventLevel.Information))[0],
            StringComparison.Ordinal);

    [Fact]
    public void A_text_log_has_one_line_an_event_and_every_further_one_is_indented() => Fuzz.Holds(HostileText.Any, text =>
    {
        var lines = Logged(new PrintableText(), log =>
        {
            log.Information("OrderPaid for order {OrderId}: {Other}", text, new { Nested = text });
            log.Error(new InvalidOperationException(text, new IOException(text)), "Failed for {OrderId}", text);
        });
        Assert.All(lines, HostileText.IsPlain);
        Assert.Equal(2, lines.Count(line => !line.StartsWith(' ')));
    }, JsonEncoded);

    [Fact]
    public void A_JSON_log_has_one_object_an_event_and_escapes_what_a_terminal_acts_on() => Fuzz.Holds(HostileText.Any, text =>
    {
        var line = Assert.Single(Logged(new PrintableJson(), log => log.Error(new InvalidOperationException(text), "OrderPaid for order {OrderId}", text)));
        HostileText.IsPlain(line);
        var read = JsonDocument.Parse(line).RootElement.GetProperty("OrderId");
        // .NET reads no lone surrogate, though JSON has a way to write it.
        if (!text.Any(char.IsSurrogate))
            Assert.Equal(text, read.GetString());
    }, JsonEncoded);

    private static List<string> Logged(ITextFormatter formatter, Action<ILogger> log)
    {
        using var output = new StringWriter();
        using (var logger = new LoggerConfiguration().WriteTo.Sink(new Written(formatter, output)).CreateLogger())
            log(logger);
        var all = output.ToString();
        Assert.EndsWith(Environment.NewLine, all, StringComparison.Ordinal);
        return [.. all[..^Environment.NewLine.Length].Split('\n')];
    }

    private static string JsonEncoded(string text) => JsonSerializer.Serialize(text);

    private sealed class Written(ITextFormatter formatter, TextWriter output) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => formatter.Format(logEvent, output);
    }
}
