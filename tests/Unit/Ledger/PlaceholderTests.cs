using System.Text.Json;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Tests.Unit.Ledger;

public class PlaceholderTests
{
    public static TheoryData<string> Words =>
    [
        "null", "NULL", " Null ", "undefined", "NaN", "None", "nil", "Infinity", "-Infinity", "true", "False", "(null)", "<null>", "<nil>", "void 0", "n/a", "Array", "Object",
        "[object Object]", "[object Undefined]", "object Object", "Instance of 'Order'", "System.Object", "System.Collections.Generic.List`1[System.String]",
        "{}", "[]", "()", "\"\"", "''", "-", "--", "#", "_", "...", "?", "$",
    ];

    public static TheoryData<string> Templates =>
    [
        "${orderId}", "${ order.id }", "order-${orderId}", "{{order_id}}", "{{ $order->id }}", "INV-{{ id }}", "{orderId}", "#{order_id}", "<order_id>", "<kkiapay-order>", "order-<id>", "<%= order.id %>",
        "<?= $order_id ?>", "<?php echo $order->id; ?>", "%s", "%d", "%1$s", "order-%s", "%(order_id)s", "%@", "%!s(<nil>)", "%order_id%", ":orderId", ":order_id", "orders/:id", "$orderId", "$order->id", "$order['id']",
        "@{order.id}", "__ORDER_ID__", "YOUR_ORDER_ID", "YOUR_ORDER_ID_HERE", "your-order-id", "my order id", "votre reference", "orderId", "order_id", "ORDER ID", "orderNumber", "reference", "partnerId", "xxx", "XXXXXXXX", "xxxx-xxxx",
    ];

    public static TheoryData<string> Joined => ["order-null", "order-NULL", "order-undefined", "ORDER_undefined", "#undefined", "INV/NaN", "cmd None", "undefined-undefined", "shop-[object Object]", "null-7", "A-null-7"];

    // What stands in the SDKs' own examples: Flutter and iOS, Android, iOS, older Flutter, the Flutter SDK's page for the web.
    public static TheoryData<string> Samples => ["AxXxXXxId", "AxXxxXXid", "axxxxxxid", "Hello world", "hello world", "Fake data", "fakedata", "Big data", "google-order"];

    public static TheoryData<string> Ids =>
    [
        "1234", "0", "-0", "1e3", "1000.0", "12345678901234567890123", "order-7", "A-7", "#1042", "CMD_2025/0001", "INV/2025/0001", "nullable-1", "undefined1", "none-7", "Nancy", "true-7", "x", "xx", "XX-7", "here", "your-order-7-here", "truecar",
        "partner_123", "order-none", "Nantes-nan", "50%", "a%20b", "%d0%b0", "12:30", "a:b", "$5", "<3", "1<2>", "é", "order id 7", "your-order-7", "reference-7", "🛒", "AxXxXXxId-7", "hello world 2", "(7)", "Infinity-7", "Null Island",
    ];

    [Theory]
    [MemberData(nameof(Words))]
    [MemberData(nameof(Templates))]
    [MemberData(nameof(Joined))]
    [MemberData(nameof(Samples))]
    public void A_placeholder_is_no_order_id_wherever_it_stands(string text)
    {
        Assert.Null(OrderIdForm.Canonical(text));
        var places = new OrderPolicy().ReferencePlaces;
        Assert.Null(OrderReference.Find(places, null, text));
        Assert.Null(OrderReference.Find(places, JsonSerializer.SerializeToElement(text), null));
        foreach (var name in new[] { "orderId", "order_id", "order", "orderNumber", "reference" })
            Assert.Equal("A-7", OrderReference.Find(places, JsonSerializer.SerializeToElement(new Dictionary<string, string> { [name] = text }), "A-7"));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void What_only_looks_like_a_placeholder_is_an_order_id(string text) => Assert.Equal(text, OrderIdForm.Canonical(text));

    [Theory]
    [MemberData(nameof(Words))]
    [MemberData(nameof(Templates))]
    public void Who_sent_a_placeholder_hears_what_is_wrong_with_it(string text) => Assert.Matches(@"\A[^\r\n]+\.\z", OrderIdForm.ProblemOf(text));

    [Fact]
    public void The_problem_names_the_placeholder_and_what_to_send()
    {
        Assert.Equal("'undefined' is a placeholder, not an order id: the variable that should hold the id was empty. Send the shop's own order id.", OrderIdForm.ProblemOf("undefined"));
        Assert.Equal("'order-${orderId}' is a template that was never filled in, not an order id. Send the shop's own order id.", OrderIdForm.ProblemOf("order-${orderId}"));
        Assert.Equal("'AxXxXXxId' is the sample value of a KKiaPay SDK, not an order id. Send the shop's own order id.", OrderIdForm.ProblemOf("AxXxXXxId"));
        Assert.Equal($"{OrderIdForm.Rule} This one does not.", OrderIdForm.ProblemOf("{\"id\":7}"));
        Assert.Null(OrderIdForm.ProblemOf("A-7"));
    }
}
