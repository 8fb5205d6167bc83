using KkiaEvents.Bus;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>What every endpoint here has in common.</summary>
internal static class ConsumedQueue
{
    /// <summary>
    /// Declares the queue as <see cref="Topology"/> has it, and leaves failures to the broker: a message that faults goes
    /// back, and after <see cref="Topology.DeliveryLimit"/> tries to the dead letters, at least once. MassTransit's own
    /// error and skipped queues would take it away with a second, unconfirmed step.
    /// </summary>
    public static void UseTopologyQueue(this IReceiveEndpointConfigurator endpoint)
    {
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            foreach (var (name, value) in Topology.ConsumedQueueArguments)
                rabbit.SetQueueArgument(name, value);
            rabbit.SetQuorumQueue();
        }

        endpoint.PublishFaults = false;
        endpoint.ThrowOnSkippedMessages();
        endpoint.RethrowFaultedMessages();
    }
}
