namespace KkiaEvents.Processor.Consuming;

/// <summary>A message that nobody can ever read: another try changes nothing. Says where in its JSON: <c>$.messageType</c> of the envelope, <c>$.amount</c> of the message itself.</summary>
internal sealed class UnreadableMessageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The message id in its envelope, as it came; null when there is none, or when the envelope can't be read.</summary>
    public string? MessageId { get; init; }
}
