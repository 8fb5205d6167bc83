using CsCheck;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>What the provider sends, in either dialect, nearly right: fields missing, twice, misspelt, of another kind, in any order.</summary>
internal static class ProviderGrammar
{
    private static readonly Gen<string> Id = Gen.Frequency(
        (8, Fuzz.OneOf("\"t1\"", "\"t1\"", "\"3iH6wjHJ3\"", "\"txn_abc123456789\"")),
        (2, Fuzz.OneOf("\"\"", "\"../t1\"", "\"t1 \"", "\"t1\\u0000\"", "\"\\u0074\\u0031\"", "\"t%311\"", "1", "null", "\"T1\"", "\"t1\\n\"", $"\"{new string('x', 64)}\"", $"\"{new string('x', 65)}\"")),
        (1, JsonGrammar.Value));

    private static readonly Gen<string> Event = Gen.Frequency(
        (8, Fuzz.OneOf("\"transaction.success\"", "\"transaction.failed\"", "\"transaction.timeout\"")),
        (2, Fuzz.OneOf("\"Transaction.Success\"", "\"transaction.success \"", "\"transaction\\u002esuccess\"", "\"transaction.refunded\"", "\"\"", "null")),
        (1, JsonGrammar.Value));

    // Amounts as people, languages and accounts write them, and nearly so.
    private static readonly Gen<string> Written = Gen.Select(
        Fuzz.OneOf("", "", "", "+", "-", "XOF ", "FCFA", "F CFA ", "$"), Fuzz.OneOf("1", "25", "500", "5000", "0", "５", "٥"),
        Gen.Select(Fuzz.OneOf(" ", "\u00a0", "\u202f", "\u2009", "\u3000", "'", "’", ",", ".", "，", "\t", ""), Fuzz.OneOf("000", "350", "00", "０００", "5000")).Array[0, 3],
        Fuzz.OneOf("", "", "", ".0", ".00", ",00", ".5", ",000", ".000", "e3"), Fuzz.OneOf("", "", "", " XOF", " FCFA", "F", " f cfa", " USD", "CFA"))
        .Select((before, first, groups, fraction, after) => before + first + string.Concat(groups.Select(g => g.Item1 + g.Item2)) + fraction + after);

    private static readonly Gen<string> Whole = Gen.Frequency((4, JsonGrammar.Number), (3, JsonGrammar.Number.Select(n => $"\"{n}\"")), (3, Written.Select(JsonGrammar.Quote)), (1, Fuzz.OneOf("1019", "19", "1000")), (1, Fuzz.OneOf("\" 5000 \"", "\"5 000\"", "\"007\"", "\"+5\"", "\"\"", "\"5000\\u0000\"")), (1, JsonGrammar.Value));

    private static readonly Gen<string> Flag = Gen.Frequency((6, Fuzz.OneOf("true", "false")), (2, Fuzz.OneOf("\"true\"", "\"False\"", "\" true \"", "1", "0", "\"yes\"")), (1, JsonGrammar.Value));

    // What stands for an order id and is none, and what is nearly that; in any case, with blanks, beside other text.
    private static readonly Gen<string> PlaceholderWord = Fuzz.OneOf(
        "null", "undefined", "NaN", "None", "nil", "Infinity", "-Infinity", "true", "false", "(null)", "<nil>", "void 0", "n/a", "Array", "[object Object]", "object Object", "Instance of 'Order'", "System.Object", "com.shop.Order@1b6d3586",
        "{}", "[]", "#", "--", "${orderId}", "{{order_id}}", "#{id}", "<order_id>", "<1>", "<%= id %>", "<?= $id ?>", "%s", "%1$d", "%20", "%d0", "%(id)s", "%!s(<nil>)", "%id%", ":orderId", "orders/:id", "a:b", "$orderId", "$order->id", "$5", "__ID__",
        "YOUR_ORDER_ID", "your order here", "my order", "your-order-7", "orderId", "ORDER ID", "reference", "partnerId", "xxx", "xx", "XXXX-XXXX", "AxXxXXxId", "Hello world", "Fake data", "google-order", "nullable", "undefined1");

    private static readonly Gen<string> Placeholder = Gen.Select(PlaceholderWord, Gen.Int[0, 3], Fuzz.OneOf("", "", "", " ", "\t", "order-", "A"), Fuzz.OneOf("", "", "", " ", "-7", "_", "7")).Select((word, form, before, after) =>
        before + form switch { 0 => word.ToUpperInvariant(), 1 => word.ToLowerInvariant(), _ => word } + after);

    private static readonly Gen<string> PlainOrder = Gen.Frequency(
        (5, Fuzz.OneOf("\"A-7\"", "12345", "\" A-7 \"", "\"\"", "\" \"", "1e3", "1000.0", "-0", "123456789012345678901234567890", "true", "null", $"\"{new string('o', 128)}\"", $"\"{new string('o', 129)}\"", "\"e\\u0301\"", "\"A\\u200b7\"", "\"A\\ufffd7\"", "\"\\u212b\"", "\"{\\\"orderId\\\":1}\"")),
        (3, Placeholder.Select(JsonGrammar.Quote)), (3, JsonGrammar.Scalar), (1, JsonGrammar.Value));

    private static readonly Gen<string> Order = Gen.Frequency((6, PlainOrder), (1, Encoded(PlainOrder)));

    private static readonly Gen<string> OrderName = Gen.Frequency(
        (6, Gen.Const("\"orderId\"")),
        (4, Fuzz.OneOf("\"order_id\"", "\"order\"", "\"ORDERID\"", "\"Order-Id\"", "\"order number\"", "\"orderNumber\"", "\"order_ref\"", "\"orderReference\"", "\"commande_id\"", "\"Commande\"", "\"numero_commande\"", "\"reference\"", "\"orderid\"")),
        (1, Fuzz.OneOf("\"order\\u0049d\"", "\"cart\"", "\"id\"", "\"orders\"")));

    private static readonly Gen<string> ShopObject = JsonGrammar.ObjectOf(Gen.Select(
        OrderName, Gen.Frequency((8, Order), (1, JsonGrammar.ObjectOf(Gen.Select(Fuzz.OneOf("\"id\"", "\"ID\"", "\"orderId\""), Order).Array[0, 2])))).Array[0, 3]);

    private static readonly Gen<string> Shop = Gen.Frequency(
        (4, ShopObject),
        (4, ShopObject.Select(JsonGrammar.Quote)),
        (2, Encoded(ShopObject)),
        (2, Order),
        (1, JsonGrammar.Deep),
        (1, JsonGrammar.Deep.Select(JsonGrammar.Quote)),
        (1, JsonGrammar.Value),
        (1, JsonGrammar.Value.Select(JsonGrammar.Quote)));

    private static readonly Gen<string> Status = Gen.Frequency(
        (6, Fuzz.OneOf("\"COMPLETE\"", "\"SUCCESS\"", "\"FAILED\"", "\"PENDING\"", "\"REFUNDED\"", "\"CANCELLED\"", "\"REVERTED\"", "\"INSUFFICIENT_FUND\"", "\"TRANSACTION_NOT_FOUND\"", "\"INVALID_TRANSACTION\"", "\"INVALID_TRANSACTION_TYPE\"", "\"TRANSACTION_NOT_ELIGIBLE\"", "\"Transaction Not Found\"", "4003")),
        (2, Fuzz.OneOf("\"complete\"", "\" Complete \"", "\"COMPLETED\"", "\"\"", "null", "200", "true", "\"COMPLETE\\u0000\"", "\"ﬀ\"", "\"COMPLETe\"", $"\"COMPLETE{new string(' ', 80)}\"")),
        (1, JsonGrammar.Value));

    private static readonly Gen<string> Operator = Gen.OneOf(Fuzz.OneOf("\"mtn-benin\"", "\"moov-tg\"", "\"-\"", "\"Coris Money\"", "\"a-b-ci\"", "\"\""), JsonGrammar.Scalar);

    private static readonly Gen<string> Kind = Gen.OneOf(Fuzz.OneOf("\"DEBIT\"", "\"CREDIT\"", "\"\"", "null", "1"), JsonGrammar.Scalar);

    private static readonly Gen<string> Words = Gen.OneOf(Fuzz.OneOf("\"\"", "null", "\"customer\"", "\"Merchant\"", "\"MOBILE_MONEY\"", "\"CARD\"", "\"REFUNDED\""), JsonGrammar.Scalar);

    // Sentences, in which a refusal may stand; the last ones are about the address, or the shop's own.
    private static readonly Gen<string> Sentence = Gen.Frequency(
        (3, Words),
        (3, Fuzz.OneOf("\"Transaction not found\"", "\"transaction-not-found\"", "\"Transaction introuvable\"", "[\"Transaction not found\"]", "\"already refunded\"", "\"Successfully reverted\"", "\"not eligible\"", "\"Not Found\"", "\"Cannot POST /transactions: not found\"", "{\"message\":\"Transaction not found\"}", "\"NOT_REVERTED\"")));

    private static readonly Gen<string> Account = Gen.OneOf(Fuzz.OneOf("\"+22967434270\"", "\"22996000000\"", "22996000000", "\"4242********4242\""), JsonGrammar.Scalar);

    private static readonly Gen<string> Time = Gen.OneOf(
        Fuzz.OneOf("\"2024-02-24T10:30:45Z\"", "\"2024-03-20T08:55:22.883Z\"", "\"9999-12-31T23:59:59-14:00\"", "\"0001-01-01T00:00:00+14:00\"", "1711000000", "1711000000000", "99999999999999999", "-1", "\"1711000000\"", "\"24:00\"", "\"13/07/2026\""),
        JsonGrammar.Scalar);

    private static readonly Gen<string> Payer = JsonGrammar.ObjectOf(Gen.Select(Fuzz.OneOf("\"fullname\"", "\"phone\"", "\"email\""), JsonGrammar.Scalar).Array[0, 3]);

    /// <summary>A webhook's body.</summary>
    public static readonly Gen<byte[]> Webhook = JsonGrammar.Damaged(Of(
        ("event", 95, Event), ("transactionId", 95, Id), ("isPaymentSucces", 50, Flag), ("amount", 80, Whole), ("fees", 30, Whole), ("partnerId", 50, Order), ("stateData", 70, Shop), ("state", 10, Shop),
        ("performedAt", 40, Time), ("performed_at", 10, Time), ("failureCode", 30, Words), ("account", 30, Account), ("label", 20, JsonGrammar.Value)));

    /// <summary>A verification's or a refund's answer.</summary>
    public static readonly Gen<byte[]> Answer = Gen.Frequency(
        (20, JsonGrammar.Damaged(Of(
            ("transactionId", 60, Id), ("status", 80, Status), ("isPaymentSucces", 50, Flag), ("isPaymentSuccess", 10, Flag), ("amount", 80, Whole), ("fees", 50, Whole), ("income", 30, Whole),
            ("net", 10, Whole), ("feeSupportedBy", 30, Words), ("type", 50, Kind), ("method", 30, Words), ("source", 20, Words), ("code", 15, Status), ("reason", 30, Gen.OneOf(Status, Words)), ("isFeesBorneByMerchant", 10, Flag), ("source_common_name", 20, Operator), ("country", 10, Operator), ("performed_at", 20, Time), ("failureCode", 25, Words),
            ("message", 15, Sentence), ("description", 10, Sentence), ("error", 8, Sentence), ("partnerId", 40, Order), ("stateData", 50, Shop), ("state", 30, Shop), ("account", 30, Account), ("client", 30, Payer), ("performedAt", 30, Time)))),
        (1, Fuzz.OneOf("", "<html>", "null", "[]", " <h1>", "502 Bad Gateway").Select(System.Text.Encoding.UTF8.GetBytes)));

    /// <summary>What stands around an answer that is wrapped: members of the wrapper's object, and whether it agrees with any answer.</summary>
    public static readonly Gen<(string Members, bool Agrees)> Wrapper = Gen.OneOf(
        Fuzz.OneOf("", "\"status\":\"success\",", "\"status\":200,\"message\":\"OK\",", "\"success\":true,\"error\":null,", "\"transactionId\":\"t1\",", "\"code\":200,", "\"version\":2,\"status\":\"OK\",").Select(m => (m, true)),
        Fuzz.OneOf("\"status\":\"error\",", "\"success\":false,", "\"status\":500,", "\"status\":\"PENDING\",", "\"isPaymentSucces\":false,", "\"code\":\"TRANSACTION_NOT_FOUND\",", "\"transactionId\":\"t2\",").Select(m => (m, false)));

    private static readonly Gen<string> Word = Gen.Frequency(
        (4, Flag), (3, Fuzz.OneOf("\"yes\"", "\"No\"", "\" on \"", "\"OFF\"", "\"1\"", "\"0\"", "1.0", "\"\"", "null", "\"perhaps\"", "2")));

    private static readonly Gen<string> Due = Gen.Frequency(
        (6, Whole), (3, Fuzz.OneOf("100000.0", "\"100000\"", "1e5", "\"1E+5\"", "10000000e-2", "\"+100000\"", "\" 100000.00 \"", "\"NaN\"", "\"-Infinity\"", "4999.5", "\"4999.50\"", "-5", "0", "0.0", "null", "true", "\"100 000\"", "\"1_000\"", "\"5,5\"", "\"+-5\"", "\"+ 5\"")));

    private static readonly Gen<string> NumericId = Gen.Frequency((5, Id), (2, Fuzz.OneOf("6516521598463777", "6.516521598463777e15", "1042.0", "1.5", "-7", "\"\"", "null", "true", "{}")));

    /// <summary>An announcement's body.</summary>
    public static readonly Gen<byte[]> Expectation = JsonGrammar.Damaged(Of(
        ("orderId", 88, Order), ("order_id", 4, Order), ("OrderId", 4, Order), ("amount", 90, Due), ("Amount", 4, Due), ("merchant", 40, Gen.OneOf(Fuzz.OneOf("\"default\"", "null", "\"other\"", "\"\"", "7"), JsonGrammar.Scalar)),
        ("transactionId", 30, NumericId), ("transaction-id", 5, NumericId), ("withdrawn", 30, Word), ("currency", 10, JsonGrammar.Value)));

    /// <summary>An object with these members, each in so many of a hundred; now and then one twice, misspelt or unknown.</summary>
    private static Gen<string> Of(params (string Name, int Percent, Gen<string> Value)[] members)
    {
        var each = members.Select(m => Gen.Select(Gen.Int[0, 99], KeyOf(m.Name), m.Value, m.Value).Select((dice, key, value, second) =>
            dice == 0 && m.Percent > 50 ? [(key, value), ($"\"{m.Name}\"", second)] : dice < m.Percent ? new[] { (key, value) } : [])).ToArray();
        var all = each.Aggregate(Gen.Const(Array.Empty<(string, string)>()), (before, next) => Gen.Select(before, next).Select((a, b) => a.Concat(b).ToArray()));
        return JsonGrammar.ObjectOf(Gen.Select(all, Gen.Int[0, 30]).Select((found, turn) => found.Length == 0 ? found : [.. found[(turn % found.Length)..], .. found[..(turn % found.Length)]]));
    }

    /// <summary>JSON in a JSON string, in a JSON string …</summary>
    private static Gen<string> Encoded(Gen<string> json) =>
        Gen.Select(json, Gen.Int[1, 7]).Select((text, times) => Enumerable.Range(0, times).Aggregate(text, (inner, _) => JsonGrammar.Quote(inner)));

    private static Gen<string> KeyOf(string name) => Gen.Frequency(
        (60, Gen.Const($"\"{name}\"")),
        (1, Fuzz.OneOf($"\"\\u{(int)name[0]:x4}{name[1..]}\"", $"\"{name.ToUpperInvariant()}\"", $"\"{name} \"", name, $"\"{name}\\u0000\"")));
}
