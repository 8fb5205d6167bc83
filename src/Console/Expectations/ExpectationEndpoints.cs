using System.Security.Claims;
using KkiaEvents.Console.Access;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KkiaEvents.Console.Expectations;

/// <summary>What orders are due, announced over HTTP instead of the bus.</summary>
internal static class ExpectationEndpoints
{
    public static void MapExpectations(this IEndpointRouteBuilder api) =>
        api.MapPost("/expectations", AnnounceAsync).Requires(ApiScope.Announce, BoundKeys.ByItself).WithTags("Orders")
            .WithSummary("Announce what an order is due")
            .WithDescription("Before the checkout opens. The same again changes nothing (200). Another amount replaces the one before while the order is unpaid; afterwards it is refused with the reason (409). With `withdrawn`, what was announced is taken back. Read by the same rule as on the bus: `100000.0`, `\"100000\"` and `1e5` are whole amounts, ids may be numbers, `order_id` and `OrderId` are `orderId`, other members are ignored. What can't be read is refused (400) with its JSON path as `path`.")
            .ProducesProblem(400).ProducesProblem(409);

    private static async Task<Results<Ok<ExpectPayment>, ProblemHttpResult>> AnnounceAsync(
        ExpectPayment expectation, OrderAnnouncements announcements, Merchants merchants, Acts acts, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        user.RequireMerchant(merchants.Named(expectation.Merchant) ?? expectation.Merchant);
        if (merchants.Named(expectation.Merchant) is not { } merchant)
            return TypedResults.Problem(
                $"No merchant '{expectation.Merchant}' is configured here, so the amount would guard no payment. Console knows the merchants that Kkiapay__Merchants__NAME__… names to it, or 'default' when there are none.",
                statusCode: 400, title: "Refused");
        expectation = expectation with { Merchant = merchant, OrderId = OrderIdForm.Canonical(expectation.OrderId) ?? expectation.OrderId };
        var announced = await announcements.AnnounceAsync(expectation, user.Who(), sentAt: null, cancellationToken);
        if (announced.Problem is { } problem)
            return TypedResults.Problem(problem, statusCode: announced.Disagrees ? 409 : 400, title: announced.Disagrees ? "Disagrees" : "Refused");
        acts.Done("announce", $"{expectation.Merchant}/{expectation.OrderId}", user.Who());
        return TypedResults.Ok(expectation);
    }
}
