using System.Text.Json;
using KkiaEvents.Bus;
using KkiaEvents.Contracts;
using MassTransit;
using MassTransit.Serialization;

namespace KkiaEvents.Processor.Consuming;

/// <summary>The endpoint of raw transaction events.</summary>
internal sealed class TransactionConsumerDefinition : ConsumerDefinition<TransactionConsumer>
{
    private readonly ProcessorOptions _options;
    private readonly ConsumedEndpoints _endpoints;

    public TransactionConsumerDefinition(ProcessorOptions options, ConsumedEndpoints endpoints)
    {
        (_options, _endpoints) = (options, endpoints);
        EndpointName = Topology.TransactionsQueue;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpoint, IConsumerConfigurator<TransactionConsumer> consumer, IRegistrationContext context)
    {
        endpoint.UseTopologyQueue(_endpoints);
        // One batch more than are under way at once: it waits, full, for the next place.
        endpoint.PrefetchCount = _options.BatchSize * (TransactionBatches.ConcurrentBatches + 1);
        endpoint.ConfigureReceive(receive => receive.UseFilter(new ReadableMessages<TransactionNotification>(
            Topology.TransactionsQueue, new(json => json.Deserialize<TransactionNotification>(SystemTextJsonMessageSerializer.Options)), context.GetRequiredService<DeadLetters>())));
    }
}
