using KkiaEvents.Bus;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>The endpoint of raw transaction events.</summary>
internal sealed class TransactionConsumerDefinition : ConsumerDefinition<TransactionConsumer>
{
    /// <summary>Two: while one batch commits, the next asks KKiaPay.</summary>
    private const int ConcurrentBatches = 2;

    private readonly ProcessorOptions _options;

    public TransactionConsumerDefinition(ProcessorOptions options)
    {
        _options = options;
        EndpointName = Topology.TransactionsQueue;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpoint, IConsumerConfigurator<TransactionConsumer> consumer, IRegistrationContext context)
    {
        endpoint.UseTopologyQueue();
        // A batch that can't fill up waits for its time limit: prefetch must hold all batches at once.
        endpoint.PrefetchCount = _options.BatchSize * (ConcurrentBatches + 1);
        consumer.Options<BatchOptions>(batch => batch
            .SetMessageLimit(_options.BatchSize)
            .SetTimeLimit(TimeSpan.FromMilliseconds(5))
            .SetConcurrencyLimit(ConcurrentBatches));
    }
}
