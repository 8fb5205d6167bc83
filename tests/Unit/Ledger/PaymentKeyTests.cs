using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

public class PaymentKeyTests
{
    [Theory]
    [InlineData("default", "txn_abc123456789", true)]
    [InlineData("shop-2", "3iH6wjHJ3", true)]
    [InlineData("default", "", false)]
    [InlineData("", "txn", false)]
    [InlineData("Default", "txn", false)]
    [InlineData("default", "a/b", false)]
    [InlineData("default", "../x", false)]
    [InlineData("default", "txn\n", false)]
    [InlineData("default\n", "txn", false)]
    [InlineData("-x", "txn", false)]
    [InlineData("default", "tẍn", false)]
    public void Only_keys_of_the_known_form_are_taken(string merchant, string transaction, bool valid) => Assert.Equal(valid, new PaymentKey(merchant, transaction).IsValid);

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void An_id_has_at_most_64_characters(int length, bool valid) => Assert.Equal(valid, PaymentKey.IsTransactionId(new string('a', length)));

    [Fact]
    public void An_outcomes_id_is_a_version_8_uuid()
    {
        var id = OutcomeId.Of(new("default", "txn"), "OrderPaid", 0);
        Assert.Equal((8, 0x8), (id.Version, id.Variant & 0xC));
        Assert.NotEqual(id, OutcomeId.Of(new("other", "txn"), "OrderPaid", 0));
    }
}
