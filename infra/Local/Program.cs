using System.CommandLine;
using KkiaEvents.Local;

var parsed = RunCommand.Create().Parse(args);
if (parsed.Errors.Count > 0)
{
    await Console.Error.WriteLineAsync($"{string.Join('\n', parsed.Errors.Select(error => error.Message))}\n./run --help says what it takes.");
    return 2;
}

// A stop takes its time: the services finish what they hold, the broker and the database write everything down.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
