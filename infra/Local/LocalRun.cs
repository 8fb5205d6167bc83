using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Day;
using KkiaEvents.Local.Supervision;

namespace KkiaEvents.Local;

/// <summary>One run: broker and database up, services up, then the day's script or a wait for Ctrl+C, then all down again.</summary>
internal static class LocalRun
{
    public static async Task<int> RunAsync(RunOptions options, CancellationToken cancellation)
    {
        var layout = Layout.OfThisCheckout();
        using var runLock = RunLock.Take(layout);
        Leftovers.Owner = layout.Run;
        await Leftovers.EndAsync(layout.Run, cancellation).ConfigureAwait(false);

        var output = new LabelledOutput(layout, quiet: options.Once);
        var kind = await LocalServices.ChooseAsync(options.Services, cancellation).ConfigureAwait(false);
        await using var backing = LocalServices.In(
            layout.Services, kind, new LocalServicesOptions { Durable = true, Management = options.Management });
        output.Say($"Starting RabbitMQ and PostgreSQL ({(kind is ServicesKind.Private ? "private" : "containers")}) …");
        await backing.StartAsync(cancellation).ConfigureAwait(false);

        await using var system = new LocalSystem(layout, backing, MerchantKeys.LoadOrCreate(layout), options.Processors, output);
        await system.StartAsync(cancellation).ConfigureAwait(false);
        EnvironmentFile.Write(layout, system);
        runLock.Describe(system);

        if (options.Once)
            return await PlayAsync(system, output, cancellation).ConfigureAwait(false);

        output.Say(Banner.Of(layout, system));
        await system.RunUntilAsync(cancellation).ConfigureAwait(false);
        output.Say("Stopping …");
        return 0;
    }

    private static async Task<int> PlayAsync(LocalSystem system, LabelledOutput output, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var day = ScriptedDay.PlayAsync(system, output, either.Token);
        var death = system.RunUntilAsync(either.Token);
        await Task.WhenAny(day, death).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        await death.ConfigureAwait(false);
        return await day.ConfigureAwait(false) ? 0 : 1;
    }
}
