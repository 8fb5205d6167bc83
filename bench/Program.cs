using System.CommandLine;
using KkiaEvents.Bench;

return await BenchCommand.Create()
    .Parse(args)
    // A stop takes its time: the services finish what they hold, the broker and the database write everything down.
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
