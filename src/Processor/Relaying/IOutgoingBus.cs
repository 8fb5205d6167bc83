using MassTransit;

namespace KkiaEvents.Processor.Relaying;

/// <summary>
/// The bus for what Processor sends, over a connection of its own. In an alarm RabbitMQ reads nothing more from a connection
/// that publishes, so acknowledgements on the same one would stop too, and with them what would end a memory alarm: taking
/// webhooks out of the queue.
/// </summary>
public interface IOutgoingBus : IBus;
