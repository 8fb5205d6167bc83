using System.Text.Json;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Tests.Unit.Ledger;

public class OrderReferenceTests
{
    private static readonly IReadOnlyList<string> Places = new OrderPolicy().ReferencePlaces;

    [Theory]
    [InlineData("""{"orderId":"12345"}""", null, "12345")]
    [InlineData("""{"orderId":12345}""", null, "12345")]
    [InlineData("""{"orderId":" 12345 "}""", null, "12345")]
    [InlineData("\"order-7\"", null, "order-7")]
    [InlineData("77", null, "77")]
    [InlineData("""{"orderId":"a"}""", "b", "a")]
    [InlineData("""{"userId":"a"}""", "b", "b")]
    [InlineData("""{"orderId":""}""", "b", "b")]
    [InlineData("""{"orderId":null}""", "b", "b")]
    [InlineData("""{"orderId":{"deep":1}}""", "b", "b")]
    [InlineData("""{"orderId":true}""", null, null)]
    [InlineData("""{"orderId":["deep"]}""", "b", "b")]
    [InlineData("""{"orderId":"a","orderId":"a"}""", "b", "b")]
    [InlineData("""{"orderId":"a","amount":1,"amount":2}""", "b", "b")]
    [InlineData("""{"orderId":"a\u0000"}""", "b", "b")]
    [InlineData("""{"orderId":"a\u200bc"}""", "b", "b")]
    [InlineData("""{"orderId":"a\ufffd"}""", "b", "b")]
    [InlineData("""{"orderId":"e\u0301"}""", null, "é")]
    [InlineData("""{"orderId":1e3}""", null, "1e3")]
    [InlineData("\"{\\\"orderId\\\":\\\"a\\\",\\\"orderId\\\":\\\"c\\\"}\"", "b", "b")]
    [InlineData("\"[1]\"", null, null)]
    [InlineData("[1,2]", "b", "b")]
    // The official WooCommerce plugin; wpjobster's; the Flutter SDK's page for the web.
    [InlineData("""{"sdk":"woocommerce","woocommerce_version":"9.1.2","order_id":1234,"orderer_name":"A B","orderer_email":"a@b.c","orderer_phone":"22961000000","products":"Tee [product_id: 12]  (Qty: 1)"}""", "", "1234")]
    [InlineData("""{"orderId":1234}""", null, "1234")]
    [InlineData("""{"order":"A-7"}""", null, "A-7")]
    [InlineData("""{"order_id":"A-7"}""", "b", "A-7")]
    [InlineData("""{"ORDER_ID":7}""", null, "7")]
    [InlineData("""{"OrderID":"A-7"}""", null, "A-7")]
    [InlineData("""{"order-id":"A-7"}""", null, "A-7")]
    [InlineData("""{"Order Number":"A-7"}""", null, "A-7")]
    [InlineData("""{"orderNumber":"A-7"}""", null, "A-7")]
    [InlineData("""{"order_number":1000.0}""", null, "1000.0")]
    [InlineData("""{"order_ref":"A-7"}""", null, "A-7")]
    [InlineData("""{"orderReference":"A-7"}""", null, "A-7")]
    [InlineData("""{"Reference":"A-7"}""", null, "A-7")]
    [InlineData("""{"order":{"id":7,"items":[1]}}""", null, "7")]
    [InlineData("""{"commande_id":7}""", null, "7")]
    [InlineData("""{"numeroCommande":"C-7"}""", null, "C-7")]
    [InlineData("""{"commande":"C-7"}""", null, "C-7")]
    [InlineData("""{"reference":"r","order_id":"o"}""", "b", "o")]
    [InlineData("""{"orderId":null,"order_id":7}""", null, "7")]
    [InlineData("""{"orderId":"undefined","order_id":7}""", null, "7")]
    [InlineData("""{"order_id":8,"orderId":7}""", null, "7")]
    [InlineData("""{"order_id":8,"order-id":8}""", null, "8")]
    [InlineData("""{"order_id":8,"ORDERID":9}""", "b", "b")]
    [InlineData("""{"order_id":8,"ORDERID":9,"reference":"r"}""", "b", "r")]
    [InlineData("""{"id":7,"order_status":"new","preorder":3,"orderidx":4}""", "b", "b")]
    // A text that was made JSON once more.
    [InlineData("\"\\\"A-7\\\"\"", null, "A-7")]
    [InlineData("""{"orderId":"\"A-7\""}""", null, "A-7")]
    [InlineData("""{"orderId":"\"\\\"A-7\\\"\""}""", null, "A-7")]
    [InlineData("""{"orderId":"\"null\""}""", "b", "b")]
    [InlineData("""{"orderId":"\"A-7"}""", "b", "b")]
    [InlineData("""{"orderId":"\"{\\\"orderId\\\":7}\""}""", "b", "b")]
    [InlineData("""{"orderId":"\"\\ud800\""}""", "b", "b")]
    [InlineData(null, "\"A-7\"", "A-7")]
    [InlineData(null, "\"\\\"A-7\\\"\"", "A-7")]
    [InlineData(null, "\"A-7", null)]
    [InlineData(null, "{\"orderId\":7}", null)]
    [InlineData(null, "[\"A-7\"]", null)]
    [InlineData("\"null\"", "null", null)]
    [InlineData("\"null\"", "A-7", "A-7")]
    [InlineData("{}", "", null)]
    [InlineData("{}", "   ", null)]
    [InlineData(null, "b", "b")]
    [InlineData(null, null, null)]
    public void The_first_place_that_names_an_order_wins(string? stateData, string? partnerId, string? expected) =>
        Assert.Equal(expected, OrderReference.Find(Places, stateData is null ? null : JsonSerializer.Deserialize<JsonElement>(stateData), partnerId));

    [Fact]
    public void A_merchant_chooses_its_own_places() =>
        Assert.Equal("x-1", OrderReference.Find(["stateData.cart.reference"], JsonSerializer.Deserialize<JsonElement>("""{"cart":{"reference":"x-1"},"orderId":"no"}"""), "no"));

    [Theory]
    [InlineData("stateData.cart.reference", """{"Cart":{"REFERENCE":"x-1"}}""", "x-1")]
    [InlineData("stateData.order_id", """{"orderId":7}""", "7")]
    [InlineData("stateData.id", """{"id":7,"name":"Tee","quantity":1}""", "7")]
    public void A_places_name_is_compared_without_case_and_separators(string place, string stateData, string expected) =>
        Assert.Equal(expected, OrderReference.Find([place], JsonSerializer.Deserialize<JsonElement>(stateData), null));

    [Fact]
    public void The_name_as_it_is_configured_wins_over_those_that_are_like_it() =>
        Assert.Equal("2", OrderReference.Find(["stateData.order_id"], JsonSerializer.Deserialize<JsonElement>("""{"orderId":1,"order_id":2}"""), null));

    [Fact]
    public void A_text_that_was_made_json_too_often_is_no_reference()
    {
        var text = "A-7";
        for (var times = 1; times <= 7; times++)
        {
            text = JsonSerializer.Serialize(text);
            Assert.Equal(times <= 5 ? "A-7" : null, OrderReference.Find(Places, null, text));
        }
    }

    [Fact]
    public void A_member_that_is_there_twice_on_the_way_names_no_order() =>
        Assert.Null(OrderReference.Find(["stateData.cart.reference"], JsonSerializer.Deserialize<JsonElement>("""{"cart":{"reference":"x-1"},"cart":{"reference":"x-2"}}"""), null));

    [Fact]
    public void A_reference_longer_than_the_limit_is_none() =>
        Assert.Null(OrderReference.Find(Places, null, new string('x', OrderIdForm.MaxLength + 1)));

    [Fact]
    public void A_reference_of_the_limit_is_taken() =>
        Assert.Equal(OrderIdForm.MaxLength, OrderReference.Find(Places, null, new string('x', OrderIdForm.MaxLength))!.Length);
}
