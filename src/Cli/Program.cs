using KkiaEvents.Cli;

return await KkiaApp.RunAsync(args, Console.Out, Console.Error);
