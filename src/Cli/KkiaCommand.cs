using System.CommandLine;

namespace KkiaEvents.Cli;

/// <summary>A command with examples in its help, and <c>--json</c>.</summary>
internal sealed class KkiaCommand : Command
{
    public KkiaCommand(string name, string description, params IReadOnlyList<string> examples)
        : base(name, Summary(description))
    {
        Whole = description;
        Examples = examples;
        Add(Json);
    }

    /// <summary>The whole description, for its own help; a list of commands shows how it begins.</summary>
    public string Whole { get; }

    public IReadOnlyList<string> Examples { get; }

    /// <summary>Machine-readable output.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON instead of text." };

    private static string Summary(string description) =>
        description.IndexOfAny(['.', ':', ';']) is var end and > 0 ? description[..end] + "." : description;
}

/// <summary>Understood by the parser, but not by the command.</summary>
internal sealed class UsageException(string message) : Exception(message);
