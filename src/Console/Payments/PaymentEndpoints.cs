using System.Security.Claims;
using KkiaEvents.Console.Access;
using KkiaEvents.Console.Requests;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Operations;
using KkiaEvents.Operations.Asking;
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

    /// <summary>What the order was due when the person looked, whole XOF: refused where it is due something else by now. Null when not said.</summary>
    public long? Due { get; init; }

    /// <summary>What was paid by KKiaPay's dashboard, whole XOF: to accept a payment whose amount in KKiaPay's answer can't be read. Null when not stated.</summary>
    public long? Amount { get; init; }

    /// <summary>True to accept it as a part of what its order is due (a deposit, the rest): OrderPaid comes out once, when the parts make the due full.</summary>
    public bool Part { get; init; }
}

/// <summary>A wish to free an order from the payment that holds it.</summary>
internal sealed record ReleaseWish
{
    /// <summary>Why, 1 to 500 characters.</summary>
    public required string Reason { get; init; }
}

/// <summary>A wish to have KKiaPay asked again about every payment that fits. At least one criterion.</summary>
internal sealed record AskWish
{
    /// <summary>How it stands.</summary>
    public PaymentOutcome? State { get; init; }

    /// <summary>Flagged for this reason.</summary>
    public FlagReason? Flag { get; init; }

    /// <summary>The merchant.</summary>
    public string? Merchant { get; init; }

    /// <summary>The order.</summary>
    public string? Order { get; init; }

    /// <summary>First heard of at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>First heard of before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Why, 1 to 500 characters.</summary>
    public required string Reason { get; init; }

    /// <summary>False: only count. True: ask.</summary>
    public bool Confirm { get; init; }
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
            .WithSummary("How an order stands").WithDescription(IdsInPaths.Note).ProducesProblem(404);
        api.MapGet("/orders/{merchant}", FindOrderByIdAsync).Requires(ApiScope.Read, BoundKeys.ByRoute).WithTags("Orders")
            .WithSummary("How an order stands, its id as a parameter").ProducesProblem(400).ProducesProblem(404);
        api.MapPost("/payments/{merchant}/{transactionId}/review", ReviewAsync).Requires(ApiScope.Operate, BoundKeys.ByRoute).WithTags("Payments")
            .WithSummary("Accept or reject a payment's flags, or have KKiaPay asked again").WithDescription("Accepted as a `part` of what its order is due, or at the `amount` that KKiaPay's dashboard shows where its answer has none that can be read. A refusal says what is possible for this payment.").ProducesProblem(409);
        api.MapPost("/payments/{merchant}/{transactionId}/refund", RefundAsync).Requires(ApiScope.Operate, BoundKeys.ByRoute).WithTags("Payments")
            .WithSummary("Ask for a refund; it is sent once").ProducesProblem(409);
        api.MapPost("/payments/{merchant}/{transactionId}/refund/settle", SettleRefundAsync).Requires(ApiScope.Operate, BoundKeys.ByRoute).WithTags("Payments")
            .WithSummary("Say what became of a refund whose answer was lost: not done, and another may be asked for").ProducesProblem(409);
        api.MapPost("/payments/ask", AskAsync).Requires(ApiScope.Operate, BoundKeys.ByItself).WithTags("Payments")
            .WithSummary("Have KKiaPay asked again about every payment that fits").WithDescription("A dry run, which only counts, unless `confirm` is true.").ProducesProblem(400);
        api.MapPost("/orders/{merchant}/{orderId}/release", ReleaseAsync).Requires(ApiScope.Operate, BoundKeys.ByRoute).WithTags("Orders")
            .WithSummary("Free an order from the payment that holds it").WithDescription("The payment is flagged, and the others made for the order are asked about again at once. An order whose due is paid in full is not released before that payment is refunded.").ProducesProblem(409);
        api.MapPost("/orders/{merchant}/release", ReleaseByIdAsync).Requires(ApiScope.Operate, BoundKeys.ByRoute).WithTags("Orders")
            .WithSummary("Free an order from the payment that holds it, its id as a parameter").ProducesProblem(400).ProducesProblem(409);
    }

    private static Task<Results<Accepted, ProblemHttpResult>> ReviewAsync(
        string merchant, string transactionId, ReviewWish wish, PaymentActs payments, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        DoneAsync(payments.ReviewAsync(new(merchant, transactionId), wish.Verdict, user.Who(), wish.Reason, cancellationToken, wish.Due, wish.Amount, wish.Part), "review", merchant, transactionId, acts, user);

    private static Task<Results<Accepted, ProblemHttpResult>> RefundAsync(
        string merchant, string transactionId, RefundWish wish, PaymentActs payments, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        DoneAsync(payments.RequestRefundAsync(new(merchant, transactionId), user.Who(), wish.Reason, cancellationToken), "refund", merchant, transactionId, acts, user);

    private static Task<Results<Accepted, ProblemHttpResult>> SettleRefundAsync(
        string merchant, string transactionId, RefundSettlementWish wish, PaymentActs payments, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        DoneAsync(payments.SettleRefundAsync(new(merchant, transactionId), wish.Done, user.Who(), wish.Reason, cancellationToken), "refund_settle", merchant, transactionId, acts, user);

    private static async Task<Ok<AskedAgain>> AskAsync(AskWish wish, AskAgain ask, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (wish.Merchant is not null)
            user.RequireMerchant(wish.Merchant);
        var asked = await ask.RunAsync(
            new() { State = wish.State, Flag = wish.Flag, Merchant = wish.Merchant, Within = user.Within(), OrderId = wish.Order, From = wish.From, To = wish.To },
            user.Who(), wish.Reason, wish.Confirm, cancellationToken);
        if (wish.Confirm)
            acts.Done("ask", $"{asked.Asked} payments", user.Who());
        return TypedResults.Ok(asked);
    }

    private static Task<Results<Accepted, ProblemHttpResult>> ReleaseAsync(
        string merchant, string orderId, ReleaseWish wish, OrderRelease orders, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        DoneAsync(orders.ReleaseAsync(merchant, orderId, user.Who(), wish.Reason, cancellationToken), "release", merchant, orderId, acts, user, of: "orders");

    private static Task<Results<Accepted, ProblemHttpResult>> ReleaseByIdAsync(
        string merchant, string id, ReleaseWish wish, OrderRelease orders, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        ReleaseAsync(merchant, id, wish, orders, acts, user, cancellationToken);

    private static async Task<Results<Accepted, ProblemHttpResult>> DoneAsync(
        Task<ActResult> act, string name, string merchant, string id, Acts acts, ClaimsPrincipal user, string of = "payments")
    {
        if ((await act).Problem is { } problem)
            return TypedResults.Problem(problem, statusCode: 409, title: "Refused");
        acts.Done(name, $"{merchant}/{id}", user.Who());
        return TypedResults.Accepted($"/api/v1/{of}/{Uri.EscapeDataString(merchant)}/{Uri.EscapeDataString(id)}");
    }

    private static async Task<Payment> FindPaymentAsync(string merchant, string transactionId, IQuerySession session, CancellationToken cancellationToken) =>
        await session.LoadAsync<Payment>(new PaymentKey(merchant, transactionId).StreamId, cancellationToken)
        ?? throw new OperationRefusedException(Refusal.NotFound, $"The ledger knows no transaction {transactionId} of merchant {merchant}.");

    private static async Task<Order> FindOrderAsync(string merchant, string orderId, IQuerySession session, CancellationToken cancellationToken) =>
        await session.LoadManyAsync<Order>(cancellationToken, OrderIdForm.Written(orderId).Select(id => Order.IdOf(merchant, id))) is [var order, ..]
            ? order
            : throw new OperationRefusedException(Refusal.NotFound, $"The ledger knows no order {orderId} of merchant {merchant}.");

    private static Task<Order> FindOrderByIdAsync(string merchant, string id, IQuerySession session, CancellationToken cancellationToken) =>
        FindOrderAsync(merchant, id, session, cancellationToken);
}
