using KkiaEvents.Bus;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>What every endpoint here has in common.</summary>
internal static class ConsumedQueue
{
    /// <summary>
    /// Declares the queue as <see cref="Topology"/> has it, and leaves failures to the broker: a message that faults goes
    /// back, and after <see cref="Topology.DeliveryLimit"/> tries to the dead letters, at least once. MassTransit's own
    /// error and skipped queues would take it away with a second, unconfirmed step. Messages are taken while the ledger can be written.
    /// </summary>
    public static void UseTopologyQueue(this IReceiveEndpointConfigurator endpoint, ConsumedEndpoints endpoints)
    {
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            foreach (var (name, value) in Topology.ConsumedQueueArguments)
                rabbit.SetQueueArgument(name, value);
            rabbit.SetQuorumQueue();
        }

        endpoint.AddDependency(endpoints);
        endpoint.ConnectReceiveEndpointObserver(endpoints);
        endpoint.PublishFaults = false;
        endpoint.ThrowOnSkippedMessages();
        endpoint.RethrowFaultedMessages();
    }
}
