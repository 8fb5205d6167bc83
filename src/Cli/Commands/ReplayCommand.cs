using System.CommandLine;
using KkiaEvents.Ledger.Operating;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia replay</c></summary>
internal static class ReplayCommand
{
    public static Command Create(CliContext context)
    {
        var transaction = new Option<string?>("--transaction") { Description = "One transaction's: its id, alone or as MERCHANT/ID.", HelpName = "ID" };
        var order = new Option<string?>("--order") { Description = "One order's, by the shop's order id.", HelpName = "ID" };
        var merchant = new Option<string?>("--merchant") { Description = "One merchant's.", HelpName = "NAME" };
        var from = Times.Option("--from", "Decided at this time or later.");
        var to = Times.Option("--to", "Decided before this time.");
        var type = new Option<string[]>("--type") { Description = "Only this type; may be given again." };
        type.AcceptOnlyFromAmong([.. StoredOutcomes.Types]);
        var all = new Option<bool>("--all") { Description = "Every outcome there is: needed where nothing narrows the choice." };
        var queue = new Option<string?>("--queue") { Description = "The only queue that gets them; else everybody who subscribes does.", HelpName = "NAME" };
        var rate = Acting.Number("--rate", "At most so many a second, 1 to 5000.", 100, 1, 5000);
        var reason = Acting.Reason("Why; it is recorded. Needed with --confirm.", required: false);
        var by = Acting.By();
        var confirm = Acting.Confirm();
        var resume = new Option<Guid?>("--resume")
        {
            Description = "Go on with a run that stopped; without --confirm, only tell how it stands.",
            HelpName = "RUN",
            CustomParser = result =>
            {
                if (Guid.TryParse(Acting.Text(result), out var run))
                    return run;
                Acting.Wrong(result, "a run's id, for example 0194f7c2-6a1e-7c3b-9d8e-2f4b5a6c7d8e");
                return null;
            },
        };
        var command = new KkiaCommand(
            "replay",
            "Puts outcomes that the bus took before on the bus again, as they were, each marked as a replay by its headers: kkiaevents-replay (the run's id, another for each run), kkiaevents-replay-by (who asked), kkiaevents-original-message-id (the event's id). Who dedupes by the event's id sees nothing new. The ledger's facts do not change; the run itself is recorded. Tells what would go, unless --confirm is given. Ctrl+C stops a run between two messages; --resume goes on.",
            "kkia replay --order order-1042", "kkia replay --from 2026-03-01 --to 2026-03-02 --type OrderPaid --queue accounting --reason 'accounting was down' --confirm", "kkia replay --resume 0194f7c2-… --confirm")
        {
            transaction, order, merchant, from, to, type, all, queue, rate, reason, by, confirm, resume,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var run = new ReplayOnTerminal(context, parsed.GetValue(by)!, parsed.GetValue(confirm), parsed.GetValue(command.Json));
            if (parsed.GetValue(resume) is { } id)
            {
                foreach (var option in new Option[] { transaction, order, merchant, from, to, type, all, queue, rate, reason })
                {
                    if (parsed.GetResult(option) is { Implicit: false })
                        throw new UsageException($"{option.Name} says nothing beside --resume: a run goes on as it was asked for.");
                }

                return run.ResumeAsync(id, cancellation);
            }

            var selection = Selection(parsed.GetValue(transaction), parsed.GetValue(merchant)) with
            {
                OrderId = parsed.GetValue(order),
                From = parsed.GetValue(from),
                To = parsed.GetValue(to),
                Types = parsed.GetValue(type) ?? [],
            };
            if (parsed.GetValue(confirm) && !parsed.GetValue(all) && selection is { Merchant: null, TransactionId: null, OrderId: null, From: null, To: null, Types.Count: 0 })
                throw new UsageException("Nothing narrows the choice. Add --order, --transaction, --merchant, --from, --to or --type; or --all for every outcome there is.");
            if (parsed.GetValue(confirm) && string.IsNullOrWhiteSpace(parsed.GetValue(reason)))
                throw new UsageException("A replay is recorded with its reason: add --reason 'why'.");
            return run.StartAsync(selection, parsed.GetValue(queue), parsed.GetValue(rate), parsed.GetValue(reason) ?? "", cancellation);
        });
        return command;
    }

    private static ReplaySelection Selection(string? transaction, string? merchant)
    {
        if (transaction?.Split('/', 2) is not [var own, var id])
            return new() { TransactionId = transaction, Merchant = merchant };
        return merchant is null || merchant == own
            ? new() { TransactionId = id, Merchant = own }
            : throw new UsageException($"--transaction {transaction} is not of --merchant {merchant}.");
    }
}
