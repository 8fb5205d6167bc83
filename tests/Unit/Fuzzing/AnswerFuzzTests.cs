using CsCheck;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>What the provider's API answers is read as the reference reads it, or is an error that decides nothing.</summary>
public sealed class AnswerFuzzTests
{
    private static readonly Gen<(int Http, bool Sdk, byte[] Body)> Answers =
        Gen.Select(Gen.Frequency((6, Gen.Const(200)), (2, Fuzz.OneOf(201, 400, 404, 409, 422))), Gen.Bool, ProviderGrammar.Answer);

    private static readonly string[] Complete = ["COMPLETE", "SUCCESS"];

    private static readonly string[] Failed = ["FAILED", "INSUFFICIENT_FUND"];

    private static readonly string[] RefusalIn = ["status", "code", "reason"];

    private static readonly string[] Refunded = ["REFUNDED", "REVERTED"];

    [Fact]
    public void Any_nearly_right_verification_means_what_a_reference_reads_in_it()
    {
        foreach (var body in KeptCases.Bodies)
            CheckTransaction(200, true, body);
        Fuzz.Holds(Answers, c => CheckTransaction(c.Http, c.Sdk, c.Body), Print);
    }

    [Fact]
    public void Any_nearly_right_answer_to_a_refund_means_what_a_reference_reads_in_it()
    {
        foreach (var body in KeptCases.Bodies)
            CheckRefund(200, true, body);
        Fuzz.Holds(Answers, c => CheckRefund(c.Http, c.Sdk, c.Body), Print);
    }

    private static string Print((int Http, bool Sdk, byte[] Body) c) => $"HTTP {c.Http} {(c.Sdk ? "Sdk" : "Rest")} {Fuzz.Print(c.Body)}";

    private static void CheckTransaction(int http, bool sdk, byte[] body)
    {
        var answer = new ProviderAnswer("t1", http, body);
        var root = ReferenceProvider.ObjectOf(body);
        KkiapayTransaction read;
        try
        {
            read = TransactionReader.Read(answer, sdk ? KkiapayDialect.Sdk : KkiapayDialect.Rest);
        }
        catch (KkiapayProtocolException)
        {
            // An error decides nothing; it must not hide what a good answer says.
            Assert.False(http is 200 or 201 && root is not null && root.Get("transactionId") is "t1", "A good answer about the transaction was not read.");
            return;
        }

        Assert.Equal("t1", read.TransactionId);
        if (http is not (200 or 201))
        {
            Assert.True(read.Status is TransactionStatus.NotFound or TransactionStatus.NotYours or TransactionStatus.NotAPayment, $"{read.Status} of HTTP {http}");
            Assert.Null(read.Amount);
            return;
        }

        Assert.NotNull(root);
        Assert.True(root.Get("transactionId") is null or "" or "t1", "It names another transaction.");
        var amount = ReferenceProvider.Whole(root.Get("amount"));
        Assert.Equal(amount, read.Amount);
        Assert.Equal(ReferenceProvider.Whole(root.Get("fees")), read.Fees);
        Assert.Equal(ReferenceProvider.BeforeFees(root), read.AmountBeforeFees);
        // Money whose amount can't be read is never taken for money without one.
        Assert.Equal(amount is null && root.Get("amount") is not (null or ""), read.AmountText is not null);
        Assert.Equal(ReferenceProvider.Id(root.Get("partnerId")), read.PartnerId);
        Assert.Equal(ReferenceProvider.Id(root.Get("failureCode")), read.FailureCode);
        Assert.Equal(StatusOf(root), read.Status);
        Assert.Equal(ShopOrder(root), OrderReference.Find(new OrderPolicy().ReferencePlaces, read.StateData, read.PartnerId));
        // Another type pays for no order: one that is there is never read as none.
        Assert.Equal(root.Get("type") is null or "", read.Type is null);
        Assert.True(root.Get("type") is not "DEBIT" || read.Type == "DEBIT");
        if (read.Status is TransactionStatus.Complete or TransactionStatus.Failed)
            Assert.True(amount is not null || read.AmountText is not null || root.Get("transactionId") is "t1", "It decides without naming a payment.");
    }

    private static string? ShopOrder(ReferenceJson.Members root) =>
        ReferenceProvider.Order(ReferenceProvider.Unwrapped(root.Get("stateData")) is null ? root.Get("state") : root.Get("stateData"), root.Get("partnerId"));

    private static TransactionStatus StatusOf(ReferenceJson.Members root)
    {
        var success = ReferenceProvider.Flag(root.Get("isPaymentSucces")) ?? ReferenceProvider.Flag(root.Get("isPaymentSuccess"));
        var word = ReferenceProvider.Scalar(root.Get("status"));
        var refusal = RefusalIn.Select(name => root.Get(name) is string said ? Refusal(said) : null).FirstOrDefault(said => said is not null);
        // A number is no word of a status where a refusal stands beside it.
        var isNumber = word is not null && word[..Math.Min(word.Length, 64)].All(char.IsAsciiDigit);
        TransactionStatus? status = word is null || (isNumber && refusal is not null) ? refusal : Meaning(word) ?? TransactionStatus.Pending;
        if (status is null)
        {
            var coded = ReferenceProvider.Id(root.Get("failureCode")) is not null;
            return success == true && !coded ? TransactionStatus.Complete : success == false && coded ? TransactionStatus.Failed : TransactionStatus.Pending;
        }

        if (status == TransactionStatus.Refunded)
            return TransactionStatus.Refunded;
        // The two words contradict each other: nothing is decided.
        return success is { } flag && flag != (status == TransactionStatus.Complete) && (flag || status == TransactionStatus.Complete) ? TransactionStatus.Pending : status.Value;
    }

    // A word of more than 64 units is cut before it is read.
    private static TransactionStatus? Meaning(string word)
    {
        var known = Known(word);
        return Complete.Contains(known) ? TransactionStatus.Complete
            : Failed.Contains(known) ? TransactionStatus.Failed
            : Refunded.Contains(known) ? TransactionStatus.Refunded
            : known == "CANCELLED" ? TransactionStatus.Cancelled
            : Refusal(word);
    }

    private static TransactionStatus? Refusal(string word) => Known(word) switch
    {
        "TRANSACTION_NOT_FOUND" => TransactionStatus.NotFound,
        "INVALID_TRANSACTION" => TransactionStatus.NotYours,
        "INVALID_TRANSACTION_TYPE" => TransactionStatus.NotAPayment,
        _ => null,
    };

    private static string Known(string word) => word.Trim().ToUpperInvariant().Replace(' ', '_');

    private static void CheckRefund(int http, bool sdk, byte[] body)
    {
        var answer = new ProviderAnswer("t1", http, body);
        var root = ReferenceProvider.ObjectOf(body);
        KkiapayRefund read;
        try
        {
            read = RefundReader.Read(answer, sdk ? KkiapayDialect.Sdk : KkiapayDialect.Rest);
        }
        catch (KkiapayProtocolException)
        {
            return;
        }

        // Money moved only where a 2xx says so about this transaction, in its status or its code.
        var says = http is 200 or 201 && new[] { root?.Get("status"), root?.Get("code") }.OfType<string>().Any(said => Known(said) is "REFUNDED" or "REVERTED" or "SUCCESS");
        var about = root?.Get("transactionId") is null or "" or "t1";
        Assert.True(read.Result != RefundResult.Refunded || (says && about), "A refund was read that nobody claimed.");
        Assert.True(!says || read.Result != RefundResult.NotFound || root!.Get("reason") is string, "A refund was not read.");
        Assert.True(read.Message is null || read.Message.Length <= 1024);
    }
}
