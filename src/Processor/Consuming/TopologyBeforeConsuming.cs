using KkiaEvents.Bus;

namespace KkiaEvents.Processor.Consuming;

/// <summary>Declares the topology before anything is consumed, waiting for the broker as long as it takes.</summary>
internal sealed partial class TopologyBeforeConsuming(ProcessorOptions options, ILogger<TopologyBeforeConsuming> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await TopologyDeclaration.DeclareAsync(options.Bus, cancellationToken);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogWaiting(options.Bus, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker at {Broker} does not take the topology yet: {Error}")]
    private partial void LogWaiting(BusAddress broker, string error);
}
