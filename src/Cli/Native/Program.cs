using KkiaEvents.Cli;

return await new CommandLine(Questions.All, Failure.Of).RunAsync(args, Console.Out, Console.Error, configuration: null);
