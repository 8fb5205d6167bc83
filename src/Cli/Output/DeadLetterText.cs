using KkiaEvents.Ledger.Operating;
using KkiaEvents.Operations.DeadLettering;

namespace KkiaEvents.Cli.Output;

/// <summary>A message that waits, or waited, for a person, as text.</summary>
internal static class DeadLetterText
{
    public static void Write(Screen screen, string id, DeadLetter? letter, IReadOnlyList<object> decisions)
    {
        if (letter is null)
        {
            screen.Line($"Message {id} waits no more.", "bold");
        }
        else
        {
            screen.Line($"Message {letter.Id} in {letter.Queue}", "bold");
            screen.Line($"  why it is here: {letter.Reason}");
            screen.Line($"  can go back to: {letter.Origin ?? "nowhere: it is no message that a service asked for"}");
            if (letter.Type is not null || letter.TransactionId is not null)
                screen.Line($"  it is: {letter.Type ?? "unknown"}{(letter.TransactionId is { } transaction ? $" of {letter.Merchant}/{transaction}" : "")}");
            foreach (var (name, value) in letter.Headers.OrderBy(h => h.Key, StringComparer.Ordinal))
                screen.Line($"  header {name}: {value}", "grey");
            screen.Line($"  body: {letter.Body}");
        }

        foreach (var decision in decisions)
        {
            screen.Line(Text(decision), "yellow");
            if (decision is DeadLetterDiscarded discarded)
                screen.Line($"    it said: {discarded.Body}", "yellow");
        }
    }

    private static string Text(object decision) => decision switch
    {
        DeadLetterRetried r => $"{StoryText.Time(r.RetriedAt)}  sent back to {r.Destination} by {r.By}",
        DeadLetterDiscarded d => $"{StoryText.Time(d.DiscardedAt)}  given up by {d.By}: {d.Reason}",
        _ => decision.ToString() ?? "",
    };
}
