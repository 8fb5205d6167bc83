using System.Security.Claims;
using KkiaEvents.Console.Access;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Operations;
using Marten;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KkiaEvents.Console.Payments;

/// <summary>What a person decided about a payment's flags.</summary>
internal sealed record ReviewWish
{
    /// <summary>The decision.</summary>
    public required FlagVerdict Verdict { get; init; }

    /// <summary>Why, 1 to 500 characters.</summary>
    public required string Reason { get; init; }
}

/// <summary>A wish to give the money back.</summary>
internal sealed record RefundWish
{
    /// <summary>Why, 1 to 500 characters.</summary>
    public required string Reason { get; init; }
}

/// <summary>What a person found out about a refund whose answer was lost.</summary>
internal sealed record RefundSettlementWish
{
    /// <summary>True when KKiaPay gave the money back, false when it did not.</summary>
    public required bool Done { get; init; }

    /// <summary>How it is known, 1 to 500 characters.</summary>
    public required string Reason { get; init; }
}

/// <summary>How a payment or an order stands, and what people do about payments.</summary>
internal static class PaymentEndpoints
{
    public static void MapPayments(this IEndpointRouteBuilder api)
    {
        api.MapGet("/payments/{merchant}/{transactionId}", FindPaymentAsync).Requires(ApiScope.Read, BoundKeys.ByRoute).WithTags("Payments")
            .WithSummary("How a payment stands").ProducesProblem(404);
        api.MapGet("/orders/{merchant}/{orderId}", FindOrderAsync).Requires(ApiScope.Read, BoundKeys.ByRoute).WithTags("Orders")
            .WithSummary("How an order stands").ProducesProblem(404);
        api.MapPost("/payments/{merchant}/{transactionId}/review", ReviewAsync).Requires(ApiScope.Operate, BoundKeys.ByRoute).WithTags("Payments")
            .WithSummary("Accept or reject a payment's flags, or have KKiaPay asked again").ProducesProblem(409);
        api.MapPost("/payments/{merchant}/{transactionId}/refund", RefundAsync).Requires(ApiScope.Operate, BoundKeys.ByRoute).WithTags("Payments")
            .WithSummary("Ask for a refund; it is sent once").ProducesProblem(409);
        api.MapPost("/payments/{merchant}/{transactionId}/refund/settle", SettleRefundAsync).Requires(ApiScope.Operate).WithTags("Payments")
            .WithSummary("Say what became of a refund whose answer was lost: not done, and another may be asked for").ProducesProblem(409);
    }

    private static Task<Results<Accepted, ProblemHttpResult>> ReviewAsync(
        string merchant, string transactionId, ReviewWish wish, PaymentActs payments, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        DoneAsync(payments.ReviewAsync(new(merchant, transactionId), wish.Verdict, user.Who(), wish.Reason, cancellationToken), "review", $"{merchant}/{transactionId}", acts, user);

    private static Task<Results<Accepted, ProblemHttpResult>> RefundAsync(
        string merchant, string transactionId, RefundWish wish, PaymentActs payments, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        DoneAsync(payments.RequestRefundAsync(new(merchant, transactionId), user.Who(), wish.Reason, cancellationToken), "refund", $"{merchant}/{transactionId}", acts, user);

    private static Task<Results<Accepted, ProblemHttpResult>> SettleRefundAsync(
        string merchant, string transactionId, RefundSettlementWish wish, PaymentActs payments, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        DoneAsync(payments.SettleRefundAsync(new(merchant, transactionId), wish.Done, user.Who(), wish.Reason, cancellationToken), "refund_settle", $"{merchant}/{transactionId}", acts, user);

    private static async Task<Results<Accepted, ProblemHttpResult>> DoneAsync(Task<ActResult> act, string name, string payment, Acts acts, ClaimsPrincipal user)
    {
        if ((await act).Problem is { } problem)
            return TypedResults.Problem(problem, statusCode: 409, title: "Refused");
        acts.Done(name, payment, user.Who());
        return TypedResults.Accepted($"/api/v1/payments/{payment}");
    }

    private static async Task<Payment> FindPaymentAsync(string merchant, string transactionId, IQuerySession session, CancellationToken cancellationToken) =>
        await session.LoadAsync<Payment>(new PaymentKey(merchant, transactionId).StreamId, cancellationToken)
        ?? throw new OperationRefusedException(Refusal.NotFound, $"The ledger knows no transaction {transactionId} of merchant {merchant}.");

    private static async Task<Order> FindOrderAsync(string merchant, string orderId, IQuerySession session, CancellationToken cancellationToken) =>
        await session.LoadManyAsync<Order>(cancellationToken, OrderIdForm.Written(orderId).Select(id => Order.IdOf(merchant, id))) is [var order, ..]
            ? order
            : throw new OperationRefusedException(Refusal.NotFound, $"The ledger knows no order {orderId} of merchant {merchant}.");
}
