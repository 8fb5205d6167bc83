using System.CommandLine;
using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Supervision;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Local;

/// <summary>The command line of <c>./run</c>.</summary>
internal static class RunCommand
{
    public static RootCommand Create()
    {
        var once = new Option<bool>("--once") { Description = "Play a scripted day of payments, print what came of each, stop everything." };
        var services = new Option<string?>("--services") { Description = "Where RabbitMQ and PostgreSQL run: private or containers." };
        services.AcceptOnlyFromAmong("private", "containers");
        var processors = new Option<int>("--processors") { Description = "How many Processors share the work: 1 to 16.", DefaultValueFactory = _ => 1 };
        processors.Validators.Add(result =>
        {
            if (result.GetValue(processors) is < 1 or > 16)
                result.AddError("--processors takes 1 to 16.");
        });
        var management = new Option<bool>("--management") { Description = "Run RabbitMQ's management page too (the stop then takes some seconds more)." };

        var command = new RootCommand("Starts the whole of KkiaEvents on this machine, with a stand-in for KKiaPay.")
        {
            once, services, processors, management,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            new RunOptions(
                parsed.GetValue(once),
                parsed.GetValue(services),
                parsed.GetValue(processors),
                parsed.GetValue(management)),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(RunOptions options, CancellationToken cancellation)
    {
        try
        {
            return await LocalRun.RunAsync(options, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception expected) when (expected is BackingServiceException or RunRefusedException or ServiceFailedException)
        {
            await Console.Error.WriteLineAsync($"\n{Printable.Block(expected.Message)}").ConfigureAwait(false);
            return 1;
        }
    }
}

/// <summary>What <c>./run</c> was asked for.</summary>
internal sealed record RunOptions(bool Once, string? Services, int Processors, bool Management);
