using KkiaEvents.Console;
using KkiaEvents.ServiceDefaults;

return args is ["keys", ..]
    ? await KeysCommand.RunAsync(args[1..])
    : await ServiceHost.RunAsync(args, () => ConsoleApp.Build(args));
