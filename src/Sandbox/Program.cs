using KkiaEvents.Sandbox;
using KkiaEvents.ServiceDefaults;

if (args is [HealthCommand.Name, ..])
    return await HealthCommand.RunAsync();

try
{
    await using var app = SandboxApp.Build(args);
    app.Lifetime.ApplicationStarted.Register(
        () => Console.WriteLine($"KKiaPay sandbox listens on {string.Join(", ", app.Urls)}"));
    await app.RunAsync();
    return 0;
}
catch (SandboxRefusedException refused)
{
    await Console.Error.WriteLineAsync($"The configuration does not allow a start:\n  {refused.Message}");
    return SandboxRefusedException.ExitCode;
}
