using System.Text.Json;
using KkiaEvents.Cli.Output;
using KkiaEvents.Operations.DeadLettering;
using KkiaEvents.Tests.Unit.Fuzzing;

namespace KkiaEvents.Tests.Unit.Cli;

/// <summary>What senders and customers wrote acts on no terminal and begins no line of kkia's.</summary>
public class ScreenTests
{
    [Fact]
    public void Lines_rows_and_complaints_of_any_text_are_as_many_as_there_are() => Fuzz.Holds(HostileText.Any, text =>
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var screen = new Screen(output, error);
        screen.Line($"  body: {text}");
        screen.Rows(["order", "state"], [[text, "Paid"], ["order-1", text]]);
        screen.Complain($"PostgreSQL refuses: {text}");
        screen.Tell(text);

        var lines = Lines(output);
        Assert.Equal(4, lines.Length);
        Assert.All(lines, HostileText.IsPlain);
        Assert.All(Lines(error), HostileText.IsPlain);
        Assert.InRange(Lines(error).Count(l => !l.StartsWith(' ')), 1, 2);
    }, JsonEncoded);

    [Fact]
    public void Columns_stand_below_each_other_whatever_is_in_them()
    {
        using var output = new StringWriter();
        new Screen(output, TextWriter.Null).Rows(["order", "state"], [["a\e[31mb", "Paid"], ["order-1", "Paid"]]);
        var lines = Lines(output);
        Assert.Single(lines.Select(l => Math.Max(l.IndexOf("Paid", StringComparison.Ordinal), l.IndexOf("state", StringComparison.Ordinal))).Distinct());
    }

    [Fact]
    public void JSON_of_any_text_is_JSON_and_acts_on_no_terminal() => Fuzz.Holds(HostileText.Any, text =>
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var screen = new Screen(output, error) { ErrorsAsJson = true };
        var letter = new DeadLetter("id", "queue", null, text, text, null, null, text, new Dictionary<string, string> { ["header"] = text });
        screen.Json(letter);
        screen.Complain(text);
        Assert.All(Lines(output), HostileText.IsPlain);
        HostileText.IsPlain(Assert.Single(Lines(error)));
        Assert.NotNull(JsonDocument.Parse(output.ToString()).RootElement.GetProperty("body").GetString());
        Assert.NotNull(JsonDocument.Parse(error.ToString()).RootElement.GetProperty("error").GetString());
    }, JsonEncoded);

    private static string[] Lines(StringWriter writer) => writer.ToString().TrimEnd('\n').Split('\n');

    private static string JsonEncoded(string text) => JsonSerializer.Serialize(text);
}
