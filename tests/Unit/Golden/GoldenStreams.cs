using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using static KkiaEvents.Kkiapay.TransactionStatus;

namespace KkiaEvents.Tests.Unit.Golden;

/// <summary>One history of each kind that a payment can have, by the name of its folder.</summary>
internal static class GoldenStreams
{
    private static readonly OrderPolicy Strict = new() { Unannounced = OrderRule.Flag, WithoutReference = OrderRule.Flag };
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly Guid One = new(1, 0, 0, new byte[8]);
    private static readonly Guid Two = new(2, 0, 0, new byte[8]);
    private static readonly TimeSpan Day = TimeSpan.FromHours(25);

    public static IReadOnlyDictionary<string, GoldenLedger> All { get; } = new Dictionary<string, GoldenLedger>
    {
        ["paid"] = new GoldenLedger().Claim().Answer(Complete),
        ["paid-announced"] = new GoldenLedger().Announce().Claim().Answer(Complete),
        ["paid-without-webhook"] = new GoldenLedger().Announce(transaction: GoldenLedger.Transaction).After(Minute).Answer(Complete, order: null),
        ["paid-without-order"] = new GoldenLedger().Claim(order: null).Answer(Complete, order: null),
        ["paid-and-said-again"] = new GoldenLedger().Claim().Answer(Complete).Claim("transaction.failed").Answer(Complete),
        ["paid-and-pending-since"] = new GoldenLedger().Claim().Answer(Complete).Claim("transaction.timeout").Answer(Pending),
        ["paid-after-pending"] = new GoldenLedger().Claim().Answer(Pending).Answer(Pending).Answer(Complete),
        ["failed"] = Failed(new(), TransactionStatus.Failed, "wrong_pin"),
        ["failed-by-status-alone"] = Failed(new(), TransactionStatus.Failed, null),
        ["cancelled"] = Failed(new(), Cancelled, null),
        ["failed-once-then-paid"] = new GoldenLedger().Claim("transaction.failed").Answer(TransactionStatus.Failed, code: "timeout").After(Minute).Answer(Complete),
        ["late-success"] = Failed(new(), TransactionStatus.Failed, "timeout").After(Minute).Claim().Answer(Complete),
        ["failed-against-a-success-claim"] = new GoldenLedger().Claim().Answer(TransactionStatus.Failed, code: "timeout").After(Minute)
            .Answer(TransactionStatus.Failed, code: "timeout").After(Day).Answer(TransactionStatus.Failed, code: "timeout"),
        ["still-pending"] = new GoldenLedger().Claim().Answer(Pending).After(Day).Answer(Pending).After(Day).Answer(Pending),
        ["still-pending-then-paid"] = new GoldenLedger().Claim().Answer(Pending).After(Day).Answer(Pending).Answer(Complete),
        ["unanswered-for-a-day"] = new GoldenLedger().Announce().Claim().After(Day).Unanswered(),
        ["unanswered-for-a-day-then-paid"] = new GoldenLedger().Claim().After(Day).Unanswered().Answer(Complete),
        ["refund-unanswered-for-a-day"] = new GoldenLedger().Claim().Answer(Complete).AskForRefund(RefundAnswer.Lost, One).After(Day).Unanswered().Answer(TransactionStatus.Refunded),
        ["unknown-transaction"] = Asked(new GoldenLedger().Claim(), NotFound, 6),
        ["unknown-then-paid"] = Asked(new GoldenLedger().Claim(), NotFound, 2).Answer(Complete),
        ["amount-other-than-due"] = new GoldenLedger().Announce(9000).Claim().Answer(Complete),
        ["amount-other-than-claimed"] = new GoldenLedger().Claim(amount: 100_000).Answer(Complete),
        ["amount-missing"] = new GoldenLedger().Claim().Answer(Complete, amount: null),
        ["amount-unreadable-then-stated"] = new GoldenLedger().Announce().Claim().Answer(Complete, amount: null, text: "4999.5").Review(FlagVerdict.Accepted, 5000).Answer(Complete, amount: null, text: "4999.5"),
        ["fees-on-top"] = new GoldenLedger().Announce(1000).Claim(amount: 1000).Answer(Complete, amount: 1019, fees: 19),
        ["deposit-and-rest"] = new GoldenLedger().Announce().Claim(amount: 2000).Answer(Complete, amount: 2000).AcceptPart().Answer(Complete, amount: 2000)
            .Claim(amount: 3000, transaction: "txn_2").Answer(Complete, amount: 3000, transaction: "txn_2").AcceptPart("txn_2").Answer(Complete, amount: 3000, transaction: "txn_2"),
        ["rest-of-a-paid-order"] = new GoldenLedger().Announce().Claim(amount: 2000).Answer(Complete, amount: 2000).Review(FlagVerdict.Accepted).Answer(Complete, amount: 2000)
            .Claim(amount: 3000, transaction: "txn_2").Answer(Complete, amount: 3000, transaction: "txn_2").AcceptPart("txn_2").Answer(Complete, amount: 3000, transaction: "txn_2"),
        ["announced-at-another-amount-after-paid"] = new GoldenLedger().Claim().Answer(Complete).Announce(9000).Answer(Complete),
        ["squatted-then-announced-and-paid"] = new GoldenLedger().Claim(amount: 1).Answer(Complete, amount: 1)
            .Claim(transaction: "txn_2").Answer(Complete, transaction: "txn_2").Announce().Answer(Complete, amount: 1).Answer(Complete, transaction: "txn_2"),
        ["squatted-then-accepted"] = new GoldenLedger().Claim(amount: 4900).Answer(Complete, amount: 4900).Announce().Answer(Complete, amount: 4900)
            .Review(FlagVerdict.Accepted).Answer(Complete, amount: 4900),
        ["released"] = new GoldenLedger().Claim(amount: 1).Answer(Complete, amount: 1)
            .Claim(transaction: "txn_2").Answer(Complete, transaction: "txn_2").Release().Answer(Complete, amount: 1).Answer(Complete, transaction: "txn_2"),
        ["withdrawn"] = new GoldenLedger().Announce().Withdraw().Claim().Answer(Complete),
        ["revised"] = new GoldenLedger().Announce(9000).Claim().Answer(Complete).Announce().Answer(Complete),
        ["unannounced-without-order"] = new GoldenLedger(new() { Unannounced = OrderRule.Flag }).Claim(order: null).Answer(Complete, order: null),
        ["order-other-than-claimed"] = new GoldenLedger().Claim(order: "order-7").Answer(Complete),
        ["order-other-than-announced"] = new GoldenLedger().Announce(transaction: GoldenLedger.Transaction).Answer(Complete, order: "order-7"),
        ["order-looks-like-an-announced-one"] = new GoldenLedger().Announce().Claim(order: "Order-01042").Answer(Complete, order: "Order-01042"),
        ["order-looks-like-one-announced-after-paid"] = new GoldenLedger().Claim(order: "Order-01042").Answer(Complete, order: "Order-01042").Announce().Answer(Complete, order: "Order-01042"),
        ["merchant-mismatch"] = new GoldenLedger().Claim().Answer(NotYours),
        ["not-a-payment"] = new GoldenLedger().Claim().Answer(NotAPayment),
        ["not-a-payment-by-type"] = new GoldenLedger().Claim().Answer(Complete, type: "CREDIT"),
        ["already-paid"] = new GoldenLedger().Claim().Answer(Complete).Claim(transaction: "txn_2").Answer(Complete, transaction: "txn_2"),
        ["already-paid-known-later"] = new GoldenLedger().Claim(order: null).Answer(Complete, order: null)
            .Claim(transaction: "txn_2").Answer(Complete, transaction: "txn_2").Announce(transaction: GoldenLedger.Transaction).Answer(Complete, order: null),
        ["order-held"] = new GoldenLedger().Claim(order: null).Answer(Complete, order: null).Announce(transaction: GoldenLedger.Transaction).Answer(Complete, order: null)
            .Claim(transaction: "txn_2").Answer(Complete, transaction: "txn_2"),
        ["contradicted-status"] = new GoldenLedger().Claim().Answer(Complete).Claim("transaction.failed").Answer(TransactionStatus.Failed),
        ["contradicted-amount"] = new GoldenLedger().Claim().Answer(Complete).Claim("transaction.failed").Answer(Complete, amount: 7000),
        ["unannounced"] = new GoldenLedger(Strict).Claim().Answer(Complete),
        ["unannounced-then-announced"] = new GoldenLedger(Strict).Claim().Answer(Complete).Announce().Answer(Complete),
        ["without-reference"] = new GoldenLedger(Strict).Claim(order: null).Answer(Complete, order: null),
        ["refunded"] = new GoldenLedger().Claim().Answer(Complete).After(Day).Answer(Refunded).Answer(Complete),
        ["refunded-never-paid-here"] = new GoldenLedger().Claim().Answer(Refunded),
        ["refund-asked-for"] = new GoldenLedger().Claim().Answer(Complete).AskForRefund(RefundAnswer.Accepted).Answer(Complete).Answer(Refunded),
        ["refund-refused"] = new GoldenLedger().Claim().Answer(Complete).AskForRefund(RefundAnswer.Refused).Answer(Complete),
        ["refund-refused-and-told"] = new GoldenLedger().Claim().Answer(Complete).AskForRefund(RefundAnswer.Refused, One).Answer(Complete).AskForRefund(RefundAnswer.Refused, Two).Answer(Pending).Answer(Complete),
        ["refund-settled-as-not-done"] = new GoldenLedger().Claim().Answer(Complete).AskForRefund(RefundAnswer.Lost, One).SettleRefund(done: false).Answer(Complete)
            .AskForRefund(RefundAnswer.Accepted, Two).Answer(Refunded),
        ["refund-settled-as-done"] = new GoldenLedger().Claim().Answer(Complete).AskForRefund(RefundAnswer.Lost, One).After(Day).Answer(Complete).SettleRefund(done: true).Answer(Complete).After(Day).Answer(Complete),
        ["refund-unconfirmed"] = new GoldenLedger().Claim().Answer(Complete).AskForRefund(RefundAnswer.Lost).Answer(Complete).After(Day).Answer(Complete),
        ["reviewed-accepted"] = new GoldenLedger().Claim(amount: 100_000).Answer(Complete).Review(FlagVerdict.Accepted).Answer(Complete),
        ["reviewed-accepted-then-another-amount"] = new GoldenLedger().Claim(amount: 100_000).Answer(Complete).Review(FlagVerdict.Accepted).Answer(Complete, amount: 100),
        ["reviewed-rejected"] = new GoldenLedger().Claim(amount: 100_000).Answer(Complete).Review(FlagVerdict.Rejected).Answer(Complete),
        ["reviewed-rejected-then-another-amount"] = new GoldenLedger().Claim(amount: 100_000).Answer(Complete).Review(FlagVerdict.Rejected).Answer(Complete, amount: 100),
        ["asked-again"] = new GoldenLedger().Claim().Answer(NotYours).Review(FlagVerdict.AskedAgain).Answer(Complete),
    };

    // Asked twice in a row, as KKiaPay's word of a failure is before it counts.
    private static GoldenLedger Failed(GoldenLedger ledger, TransactionStatus status, string? code) =>
        ledger.Claim("transaction.failed").Answer(status, code: code).After(Minute).Answer(status, code: code);

    private static GoldenLedger Asked(GoldenLedger ledger, TransactionStatus status, int times) =>
        Enumerable.Range(0, times).Aggregate(ledger, (l, _) => l.Answer(status).After(Minute));
}
