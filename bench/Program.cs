using System.CommandLine;
using KkiaEvents.Bench;
using Spectre.Console;

// Where it can't know the width, it takes 80; the tables are wider.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 180;

return await BenchCommand.Create()
    .Parse(args)
    // A stop takes its time: the services finish what they hold, the broker and the database write everything down.
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
