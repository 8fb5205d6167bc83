using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Tests.Unit.Ledger;

public class OrderIdFormTests
{
    public static TheoryData<string, string> LookAlikes => new()
    {
        { "order-1", "ORDER-1" },
        { "order-1", "ｏｒｄｅｒ－１" },
        { "order-1", "order-01" },
        { "order-1", "order -1" },
        { "order-1", "order-1\u00A0" },
        { "order-1", "or\u200Bder-1" },
        { "order-1", "or\u00ADder-1\uFEFF" },
        { "order-1", "\u202Eorder-1" },
        { "order-1", "order-1\U000E0031" },
        { "order-1", "order\u3164-1" },
        { "order-1", "order-1\uFE0F" },
        { "order-1", "order-①" },
        { "order-1", "order-١" },
        { "file", "ﬁle" },
        { "Straße", "STRASSE" },
        { "ΟΔΟΣ", "οδος" },
        { "commande-é", "COMMANDE-E" },
        { "e\u0301", "é" },
        { "ÆØŁ", "aeol" },
        { "ISTANBUL", "ıstanbul" },
        { "İ", "i" },
        { "1000", "1e3" },
        { "1000", "1E+3" },
        { "1000", "01000" },
        { "1000", "1000.0" },
        { "1000", "+1000" },
        { "1000", "10.00e2" },
        { "1000", "100000e-2" },
        { "1000", "１０００" },
        { "1000", "1 000" },
        { "0", "-0.0e999999999999999999999999" },
        { "1e1000000000000", "10e999999999999" },
        { "0.5", ".5" },
    };

    [Theory]
    [InlineData("order-1", "order-1")]
    [InlineData("  order-1\u3000", "order-1")]
    [InlineData("e\u0301", "é")]
    [InlineData("\u212B", "Å")]
    [InlineData("각", "각")]
    [InlineData("1e3", "1e3")]
    [InlineData("commande n°7 \u2014 Cotonou", "commande n°7 \u2014 Cotonou")]
    [InlineData("🛒7", "🛒7")]
    public void An_order_id_has_one_form(string text, string expected) => Assert.Equal(expected, OrderIdForm.Canonical(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \u00A0\u2003")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u001Bb")]
    [InlineData("a\u0085b")]
    [InlineData("a\u2028b")]
    [InlineData("a\u2029b")]
    [InlineData("a\u200Bb")]
    [InlineData("a\u200Db")]
    [InlineData("a\u202Eb")]
    [InlineData("a\u00ADb")]
    [InlineData("a\uFEFFb")]
    [InlineData("a\U000E0041b")]
    [InlineData("a\uFFFDb")]
    [InlineData("a\uFFFEb")]
    [InlineData("{\"orderId\":\"A-7\"}")]
    [InlineData("[1,2]")]
    public void What_is_no_order_id_is_none(string? text) => Assert.Null(OrderIdForm.Canonical(text));

    // No attribute can hold half a surrogate pair.
    [Fact]
    public void Half_a_surrogate_pair_is_no_order_id() =>
        Assert.All(["a\ud83d", "\ude00a", "a\ud83db"], text => Assert.Null(OrderIdForm.Canonical(text)));

    [Fact]
    public void The_limit_is_counted_in_the_canonical_form()
    {
        Assert.Equal(128, OrderIdForm.MaxLength);
        Assert.NotNull(OrderIdForm.Canonical($"  {new string('x', 128)}  "));
        Assert.Null(OrderIdForm.Canonical(new string('x', 129)));
        Assert.NotNull(OrderIdForm.Canonical(string.Concat(Enumerable.Repeat("e\u0301", 128))));
        Assert.Null(OrderIdForm.Canonical(string.Concat(Enumerable.Repeat("e\u0301", 129))));
    }

    [Theory]
    [MemberData(nameof(LookAlikes))]
    public void What_a_shops_database_may_take_for_the_same_meets_under_one_key(string one, string other) =>
        Assert.Equal(OrderIdForm.Fold(one), OrderIdForm.Fold(other));

    [Theory]
    [InlineData("order-1", "order-2")]
    [InlineData("order-1", "order-10")]
    [InlineData("order-1", "order_1")]
    [InlineData("1000", "-1000")]
    [InlineData("1000", "100")]
    [InlineData("1000", "1000.1")]
    [InlineData("1.5", "1.05")]
    [InlineData("1e3", "1e4")]
    [InlineData("1e99999999999999999999", "1e99999999999999999998")]
    [InlineData("A", "B")]
    public void Ids_that_differ_in_what_anybody_reads_do_not(string one, string other) =>
        Assert.NotEqual(OrderIdForm.Fold(one), OrderIdForm.Fold(other));

    [Fact]
    public void An_enormous_number_costs_nothing()
    {
        var nines = new string('9', 1_000_000);
        Assert.NotNull(OrderIdForm.Fold($"1e{nines}"));
        Assert.NotNull(OrderIdForm.Fold($"{nines}.{nines}e-{nines}"));
        Assert.NotNull(OrderIdForm.Fold(string.Concat(Enumerable.Repeat("\u0316\u0301", 500_000))));
    }
}
