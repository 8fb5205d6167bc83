using CsCheck;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>Rules that speak of "any": facts drawn at random, in any order, with repeats.</summary>
public class PaymentPropertyTests
{
    private static readonly Gen<TransactionStatus> Status = Gen.Enum<TransactionStatus>();

    private static readonly Gen<VerificationAnswered> Answer =
        Gen.Select(Status, Gen.OneOf<long?>(null, 0, 100, 5000), Gen.OneOf<string?>(null, "order-1", "order-2"), Gen.Int[0, 60])
            .Select((status, amount, order, hours) => Given.Answer(status, amount, order, at: Given.Noon.AddHours(hours)));

    private static readonly Gen<WebhookRecorded> Claim =
        Gen.Select(Gen.OneOf<long?>(null, 100, 5000), Gen.OneOf<string?>(null, "order-1", "order-2"), Gen.Int[0, 5])
            .Select((amount, order, digest) => Given.Claim(amount, order, digest: $"d{digest}"));

    private static readonly Gen<object[]> Facts = Gen.OneOf(Claim.Select(c => (object)c), Answer.Select(a => (object)a)).Array[1, 12];

    [Fact]
    public void A_transaction_is_paid_at_most_once_and_never_without_an_answer_that_says_so() => Facts.Sample(facts =>
    {
        var (_, outcomes) = Run(facts);
        var paid = outcomes.OfType<OrderPaid>().ToList();
        Assert.True(paid.Count <= 1);
        foreach (var outcome in paid)
            Assert.Contains(facts.OfType<VerificationAnswered>(), a => a.Status == TransactionStatus.Complete && a.Answer.Amount == outcome.Amount && a.Answer.Amount > 0);
    });

    [Fact]
    public void A_transaction_fails_only_by_KKiaPays_word_said_twice() => Facts.Sample(facts =>
    {
        var (_, outcomes) = Run(facts);
        if (outcomes.OfType<OrderPaymentFailed>().Any())
            Assert.True(facts.OfType<VerificationAnswered>().Count(a => a.Status is TransactionStatus.Failed or TransactionStatus.Cancelled) >= 2);
    });

    [Fact]
    public void After_paid_or_refunded_no_failure_goes_out() => Facts.Sample(facts =>
    {
        var (_, outcomes) = Run(facts);
        var settled = outcomes.FindIndex(o => o is OrderPaid or OrderRefunded);
        if (settled >= 0)
            Assert.DoesNotContain(outcomes.Skip(settled), o => o is OrderPaymentFailed);
    });

    [Fact]
    public void Every_outcome_of_a_stream_has_an_id_of_its_own() => Facts.Sample(facts =>
    {
        var (_, outcomes) = Run(facts);
        Assert.Equal(outcomes.Count, outcomes.Select(o => o.EventId).Distinct().Count());
    });

    [Fact]
    public void Answers_repeated_change_nothing_more_than_once() => Facts.Sample(facts =>
    {
        var (once, outcomes) = Run(facts);
        var (twice, more) = Run([.. facts, .. facts.Reverse().Take(1)]);
        if (facts[^1] is WebhookRecorded)
            Assert.Equal((once.Outcome, outcomes.Count), (twice.Outcome, more.Count));
    });

    [Fact]
    public void Honest_facts_in_any_order_end_in_the_same_outcome() =>
        Gen.Select(Gen.OneOf(TransactionStatus.Complete, TransactionStatus.Failed, TransactionStatus.Cancelled, TransactionStatus.Refunded), Gen.Int[0, 4], Gen.Int[1, 4], Gen.Int)
            .Sample((last, undecided, claims, seed) =>
            {
                // The provider's own answers come in its order; claims come whenever the network brings them.
                var answers = Enumerable.Repeat(Given.Answer(TransactionStatus.Pending), undecided).Append(Given.Answer(last, failureCode: "timeout"))
                    .Append(Given.Answer(last, failureCode: "timeout", at: Given.Noon.AddMinutes(1))).ToList();
                var webhooks = Enumerable.Range(0, claims).Select(n => Given.Claim(digest: $"d{n}")).ToList();
                var expected = Run([.. webhooks, .. answers]).Payment.Outcome;
                var random = new Random(seed);
                var mixed = answers.Cast<object>().ToList();
                foreach (var webhook in webhooks)
                    mixed.Insert(random.Next(mixed.Count + 1), webhook);
                Assert.Equal(expected, Run([.. mixed, answers[^1]]).Payment.Outcome);
            });

    [Fact]
    public void The_state_is_its_events_applied_whatever_they_are() => Facts.Sample(facts =>
    {
        var (payment, _) = Run(facts);
        Assert.Equal(facts.OfType<WebhookRecorded>().Select(c => c.BodySha256).Distinct().Count(), payment.ClaimDigests.Count);
        Assert.True(payment.Flags.Count == payment.Flags.Distinct().Count());
    });

    private static (Payment Payment, List<OrderEvent> Outcomes) Run(IReadOnlyList<object> facts)
    {
        var payment = Given.PaymentOf(Given.Key);
        var outcomes = new List<OrderEvent>();
        foreach (var fact in facts)
        {
            if (fact is VerificationAnswered answer)
            {
                var outcome = PaymentDecision.Decide(payment, null, answer, Given.Lenient);
                payment = payment.Evolve(answer);
                if (outcome is null)
                    continue;
                payment = payment.Evolve(outcome);
                outcomes.Add(outcome);
            }
            else if (fact is WebhookRecorded claim && !payment.Knows(claim))
            {
                payment = payment.Evolve(claim);
            }
        }

        return (payment, outcomes);
    }
}
