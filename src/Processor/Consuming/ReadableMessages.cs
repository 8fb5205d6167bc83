using MassTransit;

namespace KkiaEvents.Processor.Consuming;

/// <summary>
/// Stands before a queue's consumer and lets through what can be read. What can't be goes to the dead letters at once: tried
/// again and again it would only keep others waiting, and end there without a reason.
/// </summary>
/// <param name="queue">The queue.</param>
/// <param name="reader">Reads its messages.</param>
/// <param name="deadLetters">Where the others go.</param>
/// <param name="refused">What else becomes of a message that can't be read; true when that is all there is to it, and it is no dead letter.</param>
internal sealed class ReadableMessages<T>(string queue, MessageReader<T> reader, DeadLetters deadLetters, Func<ReceiveContext, UnreadableMessageException, Task<bool>>? refused = null) : IFilter<ReceiveContext>
    where T : class
{
    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        try
        {
            // What is read here, MassTransit does not read again.
            var message = reader.Read(context);
            context.GetOrAddPayload(() => message);
        }
        catch (UnreadableMessageException unreadable)
        {
            if (refused is null || !await refused(context, unreadable))
                await deadLetters.PutAsideAsync(context, queue, unreadable.Message);
            return;
        }

        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("readable");
}
