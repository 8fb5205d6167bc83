namespace KkiaEvents.Bus;

/// <summary>What the broker says of a queue.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Messages">Messages that wait in it; those in the hands of consumers are not counted.</param>
/// <param name="Consumers">Who takes them.</param>
public sealed record QueueLevel(string Queue, long Messages, long Consumers);
