using System.CommandLine;
using KkiaEvents.Ledger.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia order release</c></summary>
internal static class OrderCommand
{
    public static Command Create(CliContext context) => new("order", "What a person decides about an order.")
    {
        Release(context),
    };

    private static KkiaCommand Release(CliContext context)
    {
        var reference = new Argument<string>("order") { Description = "The shop's order id, alone or as MERCHANT/ORDER." };
        var reason = Acting.Reason("Why, 1 to 500 characters; it is recorded.", required: true);
        var by = Acting.By();
        var command = new KkiaCommand(
            "release",
            "Frees an order from the payment that holds it, so that the right one can pay it. The payment that held it is flagged; the others made for the order are asked about again at once. An order whose due is paid in full is not released before that payment is refunded.",
            "kkia order release order-1001 --reason '1 XOF is not what it costs'", "kkia order release shop-b/order-1001 --reason 'test payment' --by ama")
        {
            reference, reason, by,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            context, parsed.GetRequiredValue(reference), parsed.GetValue(by)!, parsed.GetValue(reason)!, parsed.GetValue(command.Json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, string reference, string by, string reason, bool json, CancellationToken cancellationToken)
    {
        List<Order> orders;
        await using (var audit = context.OpenLedger())
            orders = [.. (await audit.Stories.FindAsync(reference, null, audit.Merchants, cancellationToken)).Select(s => s.Order).OfType<Order>().DistinctBy(o => o.Id)];
        if (orders is not [var order])
        {
            context.Screen.Complain(orders.Count == 0 ? Acting.Unknown(reference) : $"'{reference}' names {orders.Count} orders: {string.Join(", ", orders.Select(o => o.Id))}. Say which.");
            return ExitCodes.Found;
        }

        await using var operations = context.OpenOperations();
        var result = await operations.GetRequiredService<OrderRelease>().ReleaseAsync(order.Merchant, order.OrderId, by, reason, cancellationToken);
        if (result.Problem is { } problem)
        {
            context.Screen.Complain(problem);
            return ExitCodes.Found;
        }

        if (json)
            context.Screen.Json(new { Order = order.Id, ReleasedFrom = order.PaidBy, By = by, Reason = reason });
        else
            context.Screen.Line($"{order.Id}: released from {order.PaidBy}, recorded as {by}'s. What comes of it: kkia show {order.Id}");
        return ExitCodes.Fine;
    }
}
