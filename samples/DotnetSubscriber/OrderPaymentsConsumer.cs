using KkiaEvents.Contracts;
using MassTransit;

namespace DotnetSubscriber;

/// <summary>All four events through one queue. MassTransit names it after the class: <c>OrderPayments</c>.</summary>
internal sealed class OrderPaymentsConsumer(HandledEvents handled, Orders orders) :
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
            await Console.Out.WriteLineAsync(
                $"{typeof(T).Name} order={payment.OrderId ?? "-"} transaction={payment.TransactionId} event={payment.EventId} {handle()}");
        }
        catch
        {
            handled.Forget(payment.EventId);
            throw;
        }
    }
}
