using System.CommandLine;
using System.CommandLine.Parsing;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Cli.Commands;

/// <summary>Times on the command line: ISO 8601; without an offset they are UTC.</summary>
internal static class Times
{
    public static Option<DateTimeOffset?> Option(string name, string description) => new(name) { Description = description, CustomParser = r => Parse(r), HelpName = "TIME" };

    public static DateTimeOffset? Parse(ArgumentResult result)
    {
        if (UtcTime.TryParse(Acting.Text(result), out var time))
            return time;
        Acting.Wrong(result, $"a time, for example {UtcTime.Form}");
        return null;
    }
}
