using System.Net.Mime;
using KkiaEvents.Bus;
using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>A message as it came, to be sent on without being read.</summary>
internal sealed class MessageCopy : IMessageSerializer
{
    private readonly byte[] _body;
    private readonly Dictionary<string, object?> _headers;

    public MessageCopy(ReceiveContext original)
    {
        _body = original.Body.GetBytes();
        ContentType = original.ContentType ?? new(MediaTypeNames.Application.Octet);
        var properties = original.TryGetPayload<RabbitMqBasicConsumeContext>(out var rabbit) ? rabbit.Properties : null;
        Id = properties?.MessageId is { Length: > 0 } id ? id : null;
        // What tells of an earlier death is not this one's.
        _headers = (properties?.Headers ?? new Dictionary<string, object?>())
            .Where(h => h.Key is not ("x-death" or "x-delivery-count") && !h.Key.StartsWith("x-first-death-", StringComparison.Ordinal) && !h.Key.StartsWith("x-last-death-", StringComparison.Ordinal))
            .ToDictionary(h => h.Key, h => h.Value);
    }

    /// <summary>The message's own id, whatever its form; null when it has none.</summary>
    public string? Id { get; }

    /// <summary>The original's content type.</summary>
    public ContentType ContentType { get; }

    /// <summary>Makes a send of it.</summary>
    /// <param name="context">The send.</param>
    /// <param name="queue">The queue that could not process it.</param>
    /// <param name="reason">Why, in a sentence.</param>
    public void WriteTo(SendContext context, string queue, string reason)
    {
        context.Serializer = this;
        context.MessageId = null;
        if (!context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
            return;
        rabbit.Mandatory = true;
        if (Id is not null)
            rabbit.BasicProperties.MessageId = Id;
        rabbit.BasicProperties.Headers = new Dictionary<string, object?>(_headers) { [DeadLetterHeaders.Reason] = reason, [DeadLetterHeaders.Queue] = queue };
    }

    MessageBody IMessageSerializer.GetMessageBody<T>(SendContext<T> context) => new BytesMessageBody(_body);
}
