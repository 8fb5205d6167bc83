namespace KkiaEvents.Ledger.Orders;

/// <summary>What to do with a payment whose order raises a question.</summary>
public enum OrderRule
{
    /// <summary>Let it through as OrderPaid.</summary>
    Accept,

    /// <summary>Flag it for a person.</summary>
    Flag,
}

/// <summary>A merchant's rules about orders.</summary>
public sealed record OrderPolicy
{
    /// <summary>For a payment that names no order (<c>Orders__WithoutReference</c>).</summary>
    public OrderRule WithoutReference { get; init; } = OrderRule.Accept;

    /// <summary>For a payment whose order nobody announced (<c>Orders__Unannounced</c>).</summary>
    public OrderRule Unannounced { get; init; } = OrderRule.Accept;

    /// <summary>
    /// Where a payment names its order, first hit wins: <c>stateData</c> for the data itself when it is a bare string,
    /// <c>stateData.NAME</c> for a field, <c>partnerId</c> (wire notes, "order reference"). A name is compared without case,
    /// <c>_</c>, <c>-</c> and spaces: <c>orderId</c> is <c>order_id</c>, where KKiaPay's WooCommerce plugin puts it.
    /// </summary>
    public IReadOnlyList<string> ReferencePlaces { get; init; } =
    [
        "stateData.orderId", "stateData.order", "stateData.order.id", "stateData.orderNumber", "stateData.orderReference", "stateData.orderRef",
        "stateData.commandeId", "stateData.commande", "stateData.numeroCommande", "stateData.reference", "stateData", "partnerId",
    ];

    /// <summary>The section of the configuration that holds them.</summary>
    public const string Section = "Orders";

    /// <summary>The rules as a configuration says them, each as it is by itself where it says nothing.</summary>
    /// <param name="rule">A rule by its name; the second argument when nothing is said.</param>
    /// <param name="list">A list by its name; null when nothing is said.</param>
    public static OrderPolicy Read(Func<string, OrderRule, OrderRule> rule, Func<string, IReadOnlyList<string>?> list)
    {
        var usual = new OrderPolicy();
        return new()
        {
            WithoutReference = rule(nameof(WithoutReference), usual.WithoutReference),
            Unannounced = rule(nameof(Unannounced), usual.Unannounced),
            ReferencePlaces = list(nameof(ReferencePlaces)) ?? usual.ReferencePlaces,
        };
    }
}
