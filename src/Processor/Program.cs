using KkiaEvents.Processor;
using KkiaEvents.ServiceDefaults;

return args is ["schema", ..]
    ? await SchemaCommand.RunAsync(args[1..])
    : await ServiceHost.RunAsync(args, () => ProcessorApp.Build(args));
