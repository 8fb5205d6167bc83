using System.Text;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>Where the customer bears the fees, the amount may hold them beside the price.</summary>
public sealed class CustomerFeesTests
{
    [Theory]
    [InlineData("\"feeSupportedBy\":\"customer\",\"income\":1000")]
    [InlineData("\"feeSupportedBy\":\"CUSTOMER\",\"income\":\"1000\"")]
    [InlineData("\"isFeesBorneByMerchant\":false,\"income\":1000")]
    [InlineData("\"feeSupportedBy\":\"customer\",\"isFeesBorneByMerchant\":false,\"income\":1000,\"net\":981")]
    public void Fees_on_top_that_the_customer_bears_are_told_from_the_price(string fields) => Assert.Equal(1000, BeforeFees($"\"amount\":1019,\"fees\":19,{fields}"));

    [Theory]
    [InlineData("\"amount\":1019,\"fees\":19,\"feeSupportedBy\":\"merchant\",\"income\":1000")]
    [InlineData("\"amount\":1019,\"fees\":19,\"isFeesBorneByMerchant\":true,\"income\":1000")]
    [InlineData("\"amount\":1019,\"fees\":19,\"income\":1000")]
    [InlineData("\"amount\":1019,\"fees\":19,\"feeSupportedBy\":\"thirdparty\",\"income\":1000")]
    [InlineData("\"amount\":1019,\"fees\":19,\"feeSupportedBy\":\"somebody\",\"income\":1000")]
    [InlineData("\"amount\":1019,\"fees\":19,\"feeSupportedBy\":\"customer\",\"isFeesBorneByMerchant\":true,\"income\":1000")]
    [InlineData("\"amount\":1019,\"fees\":19,\"feeSupportedBy\":\"customer\",\"income\":1019")]
    [InlineData("\"amount\":1019,\"fees\":19,\"feeSupportedBy\":\"customer\",\"income\":981")]
    [InlineData("\"amount\":1019,\"fees\":19,\"feeSupportedBy\":\"customer\"")]
    [InlineData("\"amount\":1019,\"fees\":19,\"feeSupportedBy\":\"customer\",\"net\":1000")]
    [InlineData("\"amount\":1019,\"fees\":0,\"feeSupportedBy\":\"customer\",\"income\":1019")]
    [InlineData("\"amount\":19,\"fees\":19,\"feeSupportedBy\":\"customer\",\"income\":0")]
    [InlineData("\"amount\":1019,\"feeSupportedBy\":\"customer\",\"income\":1000")]
    [InlineData("\"amount\":4999.5,\"fees\":19,\"feeSupportedBy\":\"customer\",\"income\":1000")]
    public void Nothing_is_taken_off_unless_every_word_says_that_the_customer_paid_it_on_top(string fields) => Assert.Null(BeforeFees(fields));

    private static long? BeforeFees(string fields) =>
        TransactionReader.Read(new ProviderAnswer("t1", 200, Encoding.UTF8.GetBytes($$"""{"transactionId":"t1","status":"SUCCESS",{{fields}}}""")), KkiapayDialect.Sdk).AmountBeforeFees;
}
