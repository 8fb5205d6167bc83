using KkiaEvents.Sandbox;
using KkiaEvents.ServiceDefaults;

if (args is [HealthCommand.Name, ..])
    return await HealthCommand.RunAsync();

await using var app = SandboxApp.Build(args);
app.Lifetime.ApplicationStarted.Register(
    () => Console.WriteLine($"KKiaPay sandbox listens on {string.Join(", ", app.Urls)}"));
await app.RunAsync();
return 0;
