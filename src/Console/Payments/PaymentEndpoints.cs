using KkiaEvents.Console.Access;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Operations;
using Marten;

namespace KkiaEvents.Console.Payments;

/// <summary>How a payment or an order stands.</summary>
internal static class PaymentEndpoints
{
    public static void MapPayments(this IEndpointRouteBuilder api)
    {
        api.MapGet("/payments/{merchant}/{transactionId}", FindPaymentAsync).Requires(ApiScope.Read).WithTags("Payments")
            .WithSummary("How a payment stands").ProducesProblem(404);
        api.MapGet("/orders/{merchant}/{orderId}", FindOrderAsync).Requires(ApiScope.Read).WithTags("Orders")
            .WithSummary("How an order stands").ProducesProblem(404);
    }

    private static async Task<Payment> FindPaymentAsync(string merchant, string transactionId, IQuerySession session, CancellationToken cancellationToken) =>
        await session.LoadAsync<Payment>(new PaymentKey(merchant, transactionId).StreamId, cancellationToken)
        ?? throw new OperationRefusedException(Refusal.NotFound, $"The ledger knows no transaction {transactionId} of merchant {merchant}.");

    private static async Task<Order> FindOrderAsync(string merchant, string orderId, IQuerySession session, CancellationToken cancellationToken) =>
        await session.LoadAsync<Order>(Order.IdOf(merchant, orderId), cancellationToken)
        ?? throw new OperationRefusedException(Refusal.NotFound, $"The ledger knows no order {orderId} of merchant {merchant}.");
}
