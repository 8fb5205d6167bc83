using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace KkiaEvents.Cli;

/// <summary>The usual help, with a command's whole description and its examples.</summary>
internal sealed class WholeHelp(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is not KkiaCommand command)
            return usual.Invoke(parseResult);
        command.Description = command.Whole;
        var result = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in command.Examples)
            output.WriteLine($"  {example}");
        output.WriteLine();
        return result;
    }
}
