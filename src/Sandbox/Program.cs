using KkiaEvents.Sandbox;

await using var app = SandboxApp.Build(args);
app.Lifetime.ApplicationStarted.Register(
    () => Console.WriteLine($"KKiaPay sandbox listens on {string.Join(", ", app.Urls)}"));
await app.RunAsync();
