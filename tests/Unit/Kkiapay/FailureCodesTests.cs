using KkiaEvents.Kkiapay;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class FailureCodesTests
{
    /// <summary>Every code of both sources, and whether a new attempt makes sense without a change.</summary>
    public static TheoryData<string, bool> Known => new()
    {
        { "insufficient_fund", false }, { "insufficient_funds", false }, { "invalid_phone", false }, { "invalid_number", false },
        { "invalid_amount", false }, { "payment_declined", false }, { "card_declined", false }, { "card_fraudulent", false },
        { "operator_error", true }, { "timeout", true }, { "user_rejected", true }, { "cancelled_by_user", true },
        { "cancelled", true }, { "processing_error", true }, { "transaction_error", true }, { "network_error", true },
        { "wrong_pin", true },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void A_known_code_has_sentences_of_its_own_and_advice(string code, bool retry)
    {
        var advice = FailureCodes.Describe(code);
        var general = FailureCodes.Describe(null);

        Assert.Equal(code, advice.Code);
        Assert.Equal(retry, advice.RetryAdvised);
        Assert.NotEqual(general.English, advice.English);
        Assert.NotEqual(general.French, advice.French);
        Assert.NotEqual(advice.English, advice.French);
        Assert.All([advice.English, advice.French], sentence => Assert.Matches("^\\p{Lu}.*\\.$", sentence));
    }

    [Theory]
    [InlineData("TIMEOUT")]
    [InlineData(" timeout ")]
    public void A_code_is_known_in_any_case_and_kept_as_it_came(string code)
    {
        var advice = FailureCodes.Describe(code);
        Assert.Equal(code, advice.Code);
        Assert.Equal(FailureCodes.Describe("timeout").French, advice.French);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void No_code_is_called_unknown(string? code) => Assert.Equal("unknown", FailureCodes.Describe(code).Code);

    [Fact]
    public void Another_code_keeps_its_name_and_gets_a_general_sentence()
    {
        var advice = FailureCodes.Describe("sim_swapped");
        Assert.Equal("sim_swapped", advice.Code);
        Assert.Equal("Le paiement a échoué. Veuillez réessayer.", advice.French);
        Assert.True(advice.RetryAdvised);
    }
}
