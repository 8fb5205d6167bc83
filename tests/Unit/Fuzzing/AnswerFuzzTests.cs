using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>What the provider's API answers is read as the reference reads it, or is an error that decides nothing.</summary>
public sealed partial class AnswerFuzzTests
{
    private static readonly Gen<(int Http, bool Sdk, byte[] Body)> Answers =
        Gen.Select(Gen.Frequency((6, Gen.Const(200)), (2, Fuzz.OneOf(201, 400, 404, 409, 422))), Gen.Bool, ProviderGrammar.Answer);

    private static readonly string[] Complete = ["COMPLETE", "SUCCESS"];

    private static readonly string[] Failed = ["FAILED", "INSUFFICIENT_FUND"];

    private static readonly string[] SentenceIn = ["message", "description", "error", "code", "status", "reason"];

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

    [Fact]
    public void Any_answer_within_a_wrapper_decides_what_it_decides_by_itself_or_nothing() => Fuzz.Holds(
        Gen.Select(ProviderGrammar.Wrapper, Fuzz.OneOf("data", "result", "transaction", "response"), Gen.Bool, ProviderGrammar.Answer),
        c => CheckWrapped(c.Item1, c.Item2, c.Item3, c.Item4),
        c => $"{{{c.Item1.Members}\"{c.Item2}\": … }} {(c.Item3 ? "Sdk" : "Rest")} {Fuzz.Print(c.Item4)}");

    private static void CheckWrapped((string Members, bool Agrees) wrapper, string name, bool sdk, byte[] body)
    {
        var root = ReferenceProvider.ObjectOf(body);
        if (root is null)
            return;
        var inner = body is [0xEF, 0xBB, 0xBF, ..] ? body[3..] : body;
        var alone = Read(body);
        var wrapped = Read([.. Encoding.UTF8.GetBytes($"{{{wrapper.Members}\"{name}\":"), .. inner, (byte)'}']);
        if (wrapped is not null && Decides(wrapped.Status))
        {
            // The wrapper may name the payment that an answer alone does not.
            if (alone is null && wrapper.Members.Contains("\"t1\"", StringComparison.Ordinal))
                return;
            Assert.Equal((wrapped.Status, wrapped.Amount, wrapped.PartnerId), (alone?.Status, alone?.Amount, alone?.PartnerId));
            Assert.True(wrapper.Agrees || wrapped.Status is not TransactionStatus.Complete, "Its wrapper says otherwise.");
        }

        if (wrapper.Agrees && alone is not null && Decides(alone.Status) && ReferenceJson.Depth(root) < 60)
            Assert.Equal(alone.Status, wrapped?.Status);

        KkiapayTransaction? Read(byte[] text)
        {
            try
            {
                return TransactionReader.Read(new("t1", 200, text), sdk ? KkiapayDialect.Sdk : KkiapayDialect.Rest);
            }
            catch (KkiapayProtocolException)
            {
                return null;
            }
        }
    }

    private static bool Decides(TransactionStatus status) =>
        status is TransactionStatus.Complete or TransactionStatus.Failed or TransactionStatus.Cancelled or TransactionStatus.Refunded;

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
        if (SaysUnknown(root))
        {
            Assert.Equal((TransactionStatus.NotFound, null), (read.Status, read.Amount));
            return;
        }

        var amount = ReferenceProvider.Whole(root.Get("amount"));
        Assert.Equal(amount, read.Amount);
        Assert.Equal(ReferenceProvider.Whole(root.Get("fees")), read.Fees);
        Assert.Equal(ReferenceProvider.BeforeFees(root), read.AmountBeforeFees);
        // Money whose amount can't be read is never taken for money without one.
        Assert.Equal(amount is null && root.Get("amount") is not (null or ""), read.AmountText is not null);
        Assert.Equal(ReferenceProvider.Id(root.Get("partnerId")), read.PartnerId);
        Assert.Equal(ReferenceProvider.Id(root.Get("failureCode")), read.FailureCode);
        Assert.Equal(StatusOf(root), read.Status);
        Assert.Equal(ReferenceProvider.Order(ReferenceProvider.Shop(root), root.Get("partnerId")), OrderReference.Find(new OrderPolicy().ReferencePlaces, read.StateData, read.PartnerId));
        // Another type pays for no order: one that is there is never read as none.
        Assert.Equal(root.Get("type") is null or "", read.Type is null);
        Assert.True(root.Get("type") is not "DEBIT" || read.Type == "DEBIT");
        if (read.Status is TransactionStatus.Complete or TransactionStatus.Failed)
            Assert.True(amount is not null || read.AmountText is not null || root.Get("transactionId") is "t1", "It decides without naming a payment.");
    }

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

    // No word of its own for the status, no amount, and a sentence that says so.
    private static bool SaysUnknown(ReferenceJson.Members root)
    {
        if (root.Get("amount") is not (null or "") || IsKnown(root))
            return false;
        var texts = SentenceIn.Select(root.Get).Append((root.Get("error") as ReferenceJson.Members)?.Get("message"));
        return texts.Select(text => text is List<object?> { Count: > 0 } list ? list[0] : text).OfType<string>()
            .Any(text => Transaction().IsMatch(text) && NotFound().IsMatch(text) && !Address().IsMatch(text));
    }

    [GeneratedRegex("transaction", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Transaction();

    [GeneratedRegex("not[^A-Za-z0-9ÀÂÄÉÈÊËÎÏÔÖÙÛÜÇàâäéèêëîïôöùûüç]*found|introuvable", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotFound();

    [GeneratedRegex("cannot[^A-Za-z0-9ÀÂÄÉÈÊËÎÏÔÖÙÛÜÇàâäéèêëîïôöùûüç]+(get|post)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    private static bool IsKnown(ReferenceJson.Members root)
    {
        var word = ReferenceProvider.Scalar(root.Get("status"));
        if (RefusalIn.Any(name => root.Get(name) is string said && Refusal(said) is not null) && (word is null || word[..Math.Min(word.Length, 64)].All(char.IsAsciiDigit)))
            return true;
        if (word is null)
            return (ReferenceProvider.Flag(root.Get("isPaymentSucces")) ?? ReferenceProvider.Flag(root.Get("isPaymentSuccess"))) is not null;
        return Meaning(word[..Math.Min(word.Length, 64)]) is not null || Known(word[..Math.Min(word.Length, 64)]) is "PENDING" or "TRANSACTION_NOT_ELIGIBLE";
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

    private static string Known(string word) => word.Trim().ToUpperInvariant().Replace(' ', '_').Replace('-', '_');

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
        var sentences = SentenceIn[..3].Select(name => root?.Get(name)).OfType<string>();
        var claims = says || (http is 200 or 201 && sentences.Any(said => Regex.IsMatch(said, "success.*revert", RegexOptions.IgnoreCase)));
        var about = root?.Get("transactionId") is null or "" or "t1";
        Assert.True(read.Result != RefundResult.Refunded || (claims && about), "A refund was read that nobody claimed.");
        Assert.True(!says || read.Result != RefundResult.NotFound || root!.Get("reason") is string, "A refund was not read.");
        Assert.True(read.Message is null || read.Message.Length <= 1024);
    }
}
