using System.CommandLine;
using KkiaEvents.Cli.Output;
using KkiaEvents.Operations;
using KkiaEvents.Operations.DeadLettering;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia dead list|show|retry|discard</c></summary>
internal static class DeadCommand
{
    private static readonly string[] Heads = ["id", "queue", "type", "merchant", "transaction", "why it is here"];

    public static Command Create(CliContext context) =>
        new("dead", $"Messages that wait for a person: those that could not be processed, and webhooks that nobody understood ({string.Join(", ", DeadLetterBox.Queues)}).")
        {
            List(context), Show(context), Retry(context), Discard(context),
        };

    private static KkiaCommand List(CliContext context)
    {
        var limit = Acting.Number("--limit", "How many of each queue, 1 to 1000, the oldest first.", 100, 1, 1000);
        var queue = Queue();
        var command = new KkiaCommand("list", "What waits, the oldest first. Looking takes nothing out.", "kkia dead list", "kkia dead list --queue kkiaevents-parked --json") { queue, limit };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var operations = context.OpenOperations();
            var (box, most) = (operations.GetRequiredService<DeadLetterBox>(), parsed.GetValue(limit));
            var letters = new List<DeadLetter>();
            var cut = false;
            foreach (var name in Queues(parsed.GetValue(queue)))
            {
                var found = await box.ListAsync(name, most, cancellation);
                cut |= found.Count == most;
                letters.AddRange(found);
            }

            if (parsed.GetValue(command.Json))
                context.Screen.Json(letters);
            else if (letters.Count == 0)
                context.Screen.Line("Nothing waits for a person.");
            else
                context.Screen.Rows(Heads, [.. letters.Select(l => (IReadOnlyList<string>)[l.Id, l.Queue, l.Type ?? "", l.Merchant ?? "", l.TransactionId ?? "", l.Reason])]);
            if (cut)
                context.Screen.Tell($"There may be more than {most} in a queue: --limit.");
            return ExitCodes.Fine;
        });
        return command;
    }

    private static KkiaCommand Show(CliContext context)
    {
        var id = Id();
        var queue = Queue();
        var command = new KkiaCommand("show", "One message with all that it says; of one that is gone, what was decided about it, by whom and why.", "kkia dead show 9e5f2c1a-…") { id, queue };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var operations = context.OpenOperations();
            var box = operations.GetRequiredService<DeadLetterBox>();
            var decisions = await box.DecisionsAsync(parsed.GetRequiredValue(id), cancellation);
            DeadLetter? letter = null;
            try
            {
                letter = await InAsync(parsed.GetValue(queue), parsed.GetRequiredValue(id), name => box.ShowAsync(name, parsed.GetRequiredValue(id), cancellation));
            }
            catch (OperationRefusedException e) when (e.Refusal == Refusal.NotFound && decisions.Count > 0)
            {
                // Gone by somebody's decision, which is told.
            }

            if (parsed.GetValue(command.Json))
                context.Screen.Json(new { Letter = letter, Decisions = decisions.Select(d => new { Type = d.GetType().Name, Decision = d }) });
            else
                DeadLetterText.Write(context.Screen, parsed.GetRequiredValue(id), letter, decisions);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static KkiaCommand Retry(CliContext context)
    {
        var (id, queue, by) = (Id(), Queue(), Acting.By());
        var command = new KkiaCommand("retry", "Sends a message back to the queue that could not process it; recorded with who.", "kkia dead retry 9e5f2c1a-… --by ama") { id, queue, by };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var operations = context.OpenOperations();
            var (box, which, who) = (operations.GetRequiredService<DeadLetterBox>(), parsed.GetRequiredValue(id), parsed.GetValue(by)!);
            var letter = await InAsync(parsed.GetValue(queue), which, name => box.RetryAsync(name, which, who, cancellation));
            if (parsed.GetValue(command.Json))
                context.Screen.Json(letter);
            else
                context.Screen.Line($"Message {letter.Id} went back to {letter.Origin}, recorded as {who}'s.{(letter.TransactionId is { } transaction ? $" What comes of it: kkia show {letter.Merchant}/{transaction}" : "")}");
            return ExitCodes.Fine;
        });
        return command;
    }

    private static KkiaCommand Discard(CliContext context)
    {
        var (id, queue, by) = (Id(), Queue(), Acting.By());
        var reason = Acting.Reason("Why, 1 to 500 characters; it is recorded, with the whole message.", required: true);
        var command = new KkiaCommand("discard", "Gives a message up. The ledger keeps it, with who and why.", "kkia dead discard 9e5f2c1a-… --reason 'a test of KKiaPay'") { id, queue, by, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var operations = context.OpenOperations();
            var (box, which, who) = (operations.GetRequiredService<DeadLetterBox>(), parsed.GetRequiredValue(id), parsed.GetValue(by)!);
            var letter = await InAsync(parsed.GetValue(queue), which, name => box.DiscardAsync(name, which, who, parsed.GetValue(reason)!, cancellation));
            if (parsed.GetValue(command.Json))
                context.Screen.Json(letter);
            else
                context.Screen.Line($"Message {letter.Id} is given up, recorded as {who}'s. What it said stays on record: kkia dead show {letter.Id}");
            return ExitCodes.Fine;
        });
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The message's id, as `kkia dead list` shows it." };

    private static Option<string?> Queue()
    {
        var queue = new Option<string?>("--queue") { Description = "Only this queue; else both are looked through." };
        queue.AcceptOnlyFromAmong([.. DeadLetterBox.Queues]);
        return queue;
    }

    private static IReadOnlyList<string> Queues(string? only) => only is null ? DeadLetterBox.Queues : [only];

    // An id tells no queue; whichever has it.
    private static async Task<DeadLetter> InAsync(string? only, string id, Func<string, Task<DeadLetter>> act)
    {
        foreach (var queue in Queues(only))
        {
            try
            {
                return await act(queue);
            }
            catch (OperationRefusedException e) when (e.Refusal == Refusal.NotFound)
            {
                // Perhaps the other one.
            }
        }

        throw new OperationRefusedException(
            Refusal.NotFound, $"There is no message {id} in {string.Join(" or ", Queues(only))}. Somebody may be looking at it just now, or has decided about it (kkia dead show {id}); kkia dead list shows what waits.");
    }
}
