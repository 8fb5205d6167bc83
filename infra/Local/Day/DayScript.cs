using System.Text.Json.Nodes;

namespace KkiaEvents.Local.Day;

/// <summary>The payments of the day: every kind of thing that the provider, a buyer or a forger does.</summary>
internal sealed class DayScript(string day)
{
    /// <summary>The failure codes of the provider's document.</summary>
    private static readonly string[] FailureCodes =
    [
        "insufficient_fund", "invalid_phone", "operator_error", "user_rejected", "processing_error", "network_error", "invalid_amount", "wrong_pin",
    ];

    private const string ParkedQueue = "kkiaevents-parked";
    private int number;

    /// <summary>Played first and alone, because the fault is the whole provider's.</summary>
    public DayEntry ProviderDown() => Payment(
        "a success while KKiaPay's API answers 503",
        5000,
        async (stage, payment, id, cancellation) =>
        {
            await stage.Sandbox.BreakAsync(cancellation).ConfigureAwait(false);
            await stage.Sandbox.PayAsync(payment, cancellation).ConfigureAwait(false);
            await stage.Ledger.WaitUntilAskedInVainAsync(id, cancellation).ConfigureAwait(false);
            await stage.Sandbox.MendAsync(cancellation).ConfigureAwait(false);
        },
        "OrderPaid 5000");

    /// <summary>Played together.</summary>
    public IReadOnlyList<DayEntry> Payments()
    {
        var entries = new List<DayEntry>();
        foreach (var dialect in new[] { "spec", "field" })
        {
            foreach (var signature in new[] { "hmac", "secret" })
                entries.Add(Simple($"a success ({dialect} form, {signature} signature)", new() { ["dialect"] = dialect, ["signature"] = signature }, "OrderPaid 5000"));
        }

        entries.AddRange(FailureCodes.Select(code =>
            Simple($"a failure, {code}", new() { ["outcome"] = "failed", ["failureCode"] = code }, $"OrderPaymentFailed {code}")));
        entries.Add(Simple("cancelled by the customer", new() { ["outcome"] = "cancelled" }, "OrderPaymentFailed cancelled_by_user"));
        entries.Add(Simple("a timeout", new() { ["outcome"] = "timeout" }, "OrderPaymentFailed timeout"));
        entries.Add(LateSuccess());
        entries.Add(Simple("exact duplicates: the same webhook 5 times", new() { ["duplicates"] = 4 }, "OrderPaid 5000"));
        entries.Add(StillPending());
        entries.Add(Forged());
        entries.Add(NotUnderstood());
        entries.AddRange(PaidTwice());
        entries.Add(ChangedAmount());
        entries.Add(WrongClaim());
        entries.Add(Refunded());
        entries.Add(WithoutOrder());
        return entries;
    }

    /// <summary>Sent when all else is out: what is still on the way was sent before it.</summary>
    public DayEntry Last() => Simple("the day's last payment", [], "OrderPaid 5000");

    private DayEntry LateSuccess() => Payment(
        "a timeout, then KKiaPay's late success",
        5000,
        async (stage, payment, id, cancellation) =>
        {
            payment["outcome"] = "timeout";
            await stage.Sandbox.PayAsync(payment, cancellation).ConfigureAwait(false);
            await stage.Events.WaitForAsync(id, 1, cancellation).ConfigureAwait(false);
            await stage.Sandbox.MoveAsync(id, "success", cancellation).ConfigureAwait(false);
            await stage.Sandbox.SendAsync(SuccessBody(id, 5000), "hmac", cancellation).ConfigureAwait(false);
        },
        "OrderPaymentFailed timeout", "OrderPaid 5000 superseding the failure");

    private DayEntry StillPending() => Payment(
        "a webhook before KKiaPay has decided; it settles later",
        7500,
        async (stage, payment, id, cancellation) =>
        {
            payment["settleAfterMs"] = 3000;
            payment["webhook"] = false;
            await stage.Sandbox.PayAsync(payment, cancellation).ConfigureAwait(false);
            await stage.Sandbox.SendAsync(SuccessBody(id, 7500), "hmac", cancellation).ConfigureAwait(false);
        },
        "OrderPaid 7500");

    private DayEntry Forged()
    {
        var id = NextId();
        return new DayEntry(
            "a forged signature, about a payment that succeeded",
            id,
            Order(id),
            async (stage, cancellation) =>
            {
                await stage.Sandbox.PayAsync(Request(id, 5000, new() { ["webhook"] = false }), cancellation).ConfigureAwait(false);
                return await stage.Sandbox.SendAsync(SuccessBody(id, 5000), "wrong", cancellation).ConfigureAwait(false);
            },
            ["401"]);
    }

    private DayEntry NotUnderstood()
    {
        var id = NextId();
        return new DayEntry(
            "an authentic body that nobody understands",
            id,
            null,
            async (stage, cancellation) =>
            {
                var parked = await stage.Events.ReadyAsync(ParkedQueue, cancellation).ConfigureAwait(false) ?? 0;
                var status = await stage.Sandbox.SendAsync($$"""{"event":"payout.done","batch":"{{id}}"}""", "hmac", cancellation).ConfigureAwait(false);
                while (await stage.Events.ReadyAsync(ParkedQueue, cancellation).ConfigureAwait(false) is not { } now || now <= parked)
                    await Task.Delay(50, cancellation).ConfigureAwait(false);
                return status;
            },
            ["200", EventCollector.Unrecognized]);
    }

    private IEnumerable<DayEntry> PaidTwice()
    {
        var (first, second) = (NextId(), NextId());
        var order = Order(first);
        yield return new DayEntry(
            "one order, its first payment",
            first,
            order,
            async (stage, cancellation) =>
            {
                await stage.Sandbox.PayAsync(Request(first, 5000, [], order), cancellation).ConfigureAwait(false);
                return null;
            },
            ["OrderPaid 5000"]);
        yield return new DayEntry(
            "the same order, paid a second time",
            second,
            order,
            async (stage, cancellation) =>
            {
                await stage.Events.WaitForAsync(first, 1, cancellation).ConfigureAwait(false);
                await stage.Sandbox.PayAsync(Request(second, 5000, [], order), cancellation).ConfigureAwait(false);
                return null;
            },
            [$"OrderPaymentFlagged AlreadyPaid by {first}"]);
    }

    private DayEntry ChangedAmount() => Payment(
        "an order due 100000, the buyer changes it to 100",
        100,
        async (stage, payment, id, cancellation) =>
        {
            await stage.Events.ExpectAsync(Order(id), 100000, cancellation).ConfigureAwait(false);
            await stage.Ledger.WaitUntilAnnouncedAsync(Order(id), cancellation).ConfigureAwait(false);
            await stage.Sandbox.PayAsync(payment, cancellation).ConfigureAwait(false);
        },
        "OrderPaymentFlagged AmountMismatch");

    private DayEntry WrongClaim() =>
        Simple("a webhook that claims 100000, KKiaPay says 5000", new() { ["webhookAmount"] = 100000 }, "OrderPaymentFlagged AmountMismatch");

    // No webhook announces a refund: it is learned when something else makes KKiaPay be asked again.
    private DayEntry Refunded() => Payment(
        "a success, refunded, then another webhook",
        5000,
        async (stage, payment, id, cancellation) =>
        {
            await stage.Sandbox.PayAsync(payment, cancellation).ConfigureAwait(false);
            await stage.Events.WaitForAsync(id, 1, cancellation).ConfigureAwait(false);
            await stage.Sandbox.MoveAsync(id, "refunded", cancellation).ConfigureAwait(false);
            await stage.Sandbox.SendAsync(SuccessBody(id, 5000), "hmac", cancellation).ConfigureAwait(false);
        },
        "OrderPaid 5000", "OrderRefunded 5000");

    private DayEntry WithoutOrder()
    {
        var id = NextId();
        return new DayEntry(
            "a success that names no order",
            id,
            null,
            async (stage, cancellation) =>
            {
                var payment = Request(id, 5000, []);
                payment.Remove("stateData");
                await stage.Sandbox.PayAsync(payment, cancellation).ConfigureAwait(false);
                return null;
            },
            ["OrderPaid 5000"]);
    }

    private DayEntry Simple(string sent, JsonObject fields, params string[] expected) => Payment(
        sent,
        5000,
        async (stage, payment, _, cancellation) =>
        {
            foreach (var (name, value) in fields)
                payment[name] = value?.DeepClone();
            await stage.Sandbox.PayAsync(payment, cancellation).ConfigureAwait(false);
        },
        expected);

    private DayEntry Payment(
        string sent, long amount, Func<DayStage, JsonObject, string, CancellationToken, Task> play, params string[] expected)
    {
        var id = NextId();
        return new DayEntry(
            sent,
            id,
            Order(id),
            async (stage, cancellation) =>
            {
                await play(stage, Request(id, amount, []), id, cancellation).ConfigureAwait(false);
                return null;
            },
            expected);
    }

    private static JsonObject Request(string id, long amount, JsonObject fields, string? order = null)
    {
        var request = new JsonObject
        {
            ["transactionId"] = id,
            ["amount"] = amount,
            ["stateData"] = new JsonObject { ["orderId"] = order ?? Order(id) },
        };
        foreach (var (name, value) in fields)
            request[name] = value?.DeepClone();
        return request;
    }

    private static string SuccessBody(string id, long amount) => new JsonObject
    {
        ["event"] = "transaction.success",
        ["transactionId"] = id,
        ["isPaymentSucces"] = true,
        ["amount"] = amount,
        ["stateData"] = new JsonObject { ["orderId"] = Order(id) },
    }.ToJsonString();

    private string NextId() => $"txn_{day}_{++number:00}";

    private static string Order(string id) => id.Replace("txn_", "order-", StringComparison.Ordinal);
}
