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
    [InlineData("{}", "", null)]
    [InlineData("{}", "   ", null)]
    [InlineData(null, "b", "b")]
    [InlineData(null, null, null)]
    public void The_first_place_that_names_an_order_wins(string? stateData, string? partnerId, string? expected) =>
        Assert.Equal(expected, OrderReference.Find(Places, stateData is null ? null : JsonSerializer.Deserialize<JsonElement>(stateData), partnerId));

    [Fact]
    public void A_merchant_chooses_its_own_places() =>
        Assert.Equal("x-1", OrderReference.Find(["stateData.cart.reference"], JsonSerializer.Deserialize<JsonElement>("""{"cart":{"reference":"x-1"},"orderId":"no"}"""), "no"));

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
