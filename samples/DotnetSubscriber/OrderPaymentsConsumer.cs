using System.Text.RegularExpressions;
using KkiaEvents.Contracts;
using MassTransit;

namespace DotnetSubscriber;

/// <summary>All four events through one queue. MassTransit names it after the class: <c>OrderPayments</c>.</summary>
internal sealed partial class OrderPaymentsConsumer(HandledEvents handled, Orders orders) :
    IConsumer<OrderPaid>, IConsumer<OrderPaymentFailed>, IConsumer<OrderPaymentFlagged>, IConsumer<OrderRefunded>
{
    public Task Consume(ConsumeContext<OrderPaid> context) =>
        OnceAsync(context, () => $"{context.Message.Amount} {context.Message.Currency}: {orders.Paid(context.Message)}");

    public Task Consume(ConsumeContext<OrderPaymentFailed> context) =>
        OnceAsync(context, () => $"{context.Message.FailureCode}: {context.Message.CustomerMessage.En}");

    public Task Consume(ConsumeContext<OrderPaymentFlagged> context) =>
        OnceAsync(context, () => $"{context.Message.Reason}: {orders.Flagged(context.Message)}. {context.Message.Detail}");

    public Task Consume(ConsumeContext<OrderRefunded> context) =>
        OnceAsync(context, () => $"{context.Message.Amount} {context.Message.Currency} given back");

    private async Task OnceAsync<T>(ConsumeContext<T> context, Func<string> handle)
        where T : OrderEvent
    {
        var payment = context.Message;
        if (!handled.TryAdd(payment.EventId))
            return;
        try
        {
            // Your own work goes here. When it throws, MassTransit keeps the message in OrderPayments_error.
            await Console.Out.WriteLineAsync(Printable(
                $"{typeof(T).Name} order={payment.OrderId ?? "-"} transaction={payment.TransactionId} event={payment.EventId} {handle()}"));
        }
        catch
        {
            handled.Forget(payment.EventId);
            throw;
        }
    }

    // Order ids and details hold text from outside: escape whatever could forge a line or steer the terminal.
    private static string Printable(string line) => Unprintable().Replace(line, found => $"\\u{(int)found.Value[0]:x4}");

    [GeneratedRegex(@"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]")]
    private static partial Regex Unprintable();
}
