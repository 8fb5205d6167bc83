using CsCheck;
using KkiaEvents.Sandbox.Merchants;
using KkiaEvents.Sandbox.Payments;
using KkiaEvents.Sandbox.Webhooks;

namespace KkiaEvents.Tests.Unit.Sandbox;

public sealed class TimelineTests
{
    private static readonly DateTimeOffset Created = new(2024, 2, 24, 10, 30, 45, TimeSpan.Zero);
    private static readonly SandboxMerchant Merchant =
        new("default", "pk", "sk", "secret", "whsec", new Uri("http://127.0.0.1/"));

    private static readonly Gen<PaymentTemplate> AnyTemplate =
        from outcome in Gen.Enum<Outcome>()
        from settle in Gen.Int[0, 50]
        from late in Gen.Int[-20, 50]
        from refunded in Gen.Int[-20, 50]
        from beforeApi in Gen.Int[0, 50]
        from duplicates in Gen.Int[0, 3]
        from shuffle in Gen.Bool
        select new PaymentTemplate
        {
            Merchant = Merchant,
            Outcome = outcome,
            SettleAfter = TimeSpan.FromSeconds(settle),
            LateSuccessAfter = outcome is Outcome.Failed or Outcome.Timeout or Outcome.Cancelled ? Seconds(late) : null,
            RefundedAfter = Seconds(refunded),
            Webhook = new WebhookTemplate
            {
                BeforeApi = TimeSpan.FromSeconds(beforeApi), Duplicates = duplicates, Shuffle = shuffle,
            },
        };

    [Fact]
    public void A_payment_is_pending_until_it_settles()
    {
        var payment = new PaymentTemplate { Merchant = Merchant, SettleAfter = TimeSpan.FromSeconds(10) };

        Assert.Equal(PaymentState.Pending, At(payment, 9));
        Assert.Equal(PaymentState.Complete, At(payment, 10));
    }

    [Fact]
    public void A_late_success_supersedes_a_timeout_and_a_refund_follows_it()
    {
        var payment = new PaymentTemplate
        {
            Merchant = Merchant,
            Outcome = Outcome.Timeout,
            SettleAfter = TimeSpan.FromSeconds(90),
            LateSuccessAfter = TimeSpan.FromSeconds(30),
            RefundedAfter = TimeSpan.FromSeconds(60),
        };

        Assert.Equal(PaymentState.Failed, At(payment, 119));
        Assert.Equal(PaymentState.Complete, At(payment, 120));
        Assert.Equal(PaymentState.Complete, At(payment, 179));
        Assert.Equal(PaymentState.Refunded, At(payment, 180));
        Assert.Equal(Created.AddSeconds(120), Timeline.At(payment, Created, Created.AddSeconds(200)).PerformedAt);
    }

    [Fact]
    public void After_a_timeout_the_api_may_still_say_pending()
    {
        var payment = new PaymentTemplate
        {
            Merchant = Merchant, Outcome = Outcome.Timeout, StateAfterTimeout = PaymentState.Pending,
        };

        Assert.Equal(PaymentState.Pending, At(payment, 1));
    }

    [Fact]
    public void A_webhook_may_come_before_the_api_knows_the_payment()
    {
        var payment = new PaymentTemplate
        {
            Merchant = Merchant, Webhook = new WebhookTemplate { BeforeApi = TimeSpan.FromSeconds(5) },
        };

        Assert.Equal(TimeSpan.Zero, WebhookPlan.For(payment, new Random(1)).Single().Due);
        Assert.Equal(PaymentState.NotFound, At(payment, 4));
        Assert.Equal(PaymentState.Complete, At(payment, 5));
    }

    [Fact]
    public void Once_complete_a_payment_is_complete_or_refunded_for_ever() => AnyTemplate.Sample(payment =>
    {
        var states = Enumerable.Range(0, 250).Select(second => At(payment, second)).ToArray();
        var after = states.SkipWhile(s => s != PaymentState.Complete).ToArray();
        Assert.All(after, s => Assert.True(s is PaymentState.Complete or PaymentState.Refunded));
        var refunded = states.SkipWhile(s => s != PaymentState.Refunded);
        Assert.All(refunded, s => Assert.Equal(PaymentState.Refunded, s));
    });

    [Fact]
    public void Shuffling_changes_the_order_of_the_sends_and_nothing_else() => AnyTemplate.Sample(payment =>
    {
        var straight = WebhookPlan.For(payment with { Webhook = payment.Webhook with { Shuffle = false } }, new Random(1));
        var shuffled = WebhookPlan.For(payment with { Webhook = payment.Webhook with { Shuffle = true } }, new Random(1));
        Assert.Equal(straight.Select(w => w.Due), shuffled.Select(w => w.Due));
        Assert.Equal(
            straight.Select(w => (w.Outcome, w.PerformedAfter)).Order(),
            shuffled.Select(w => (w.Outcome, w.PerformedAfter)).Order());
    });

    [Fact]
    public void A_success_may_overtake_its_failure()
    {
        var payment = new PaymentTemplate
        {
            Merchant = Merchant,
            Outcome = Outcome.Failed,
            LateSuccessAfter = TimeSpan.FromSeconds(1),
            Webhook = new WebhookTemplate { Shuffle = true },
        };

        var firsts = Enumerable.Range(0, 50).Select(seed => WebhookPlan.For(payment, new Random(seed))[0].Outcome).Distinct();

        Assert.Equal([Outcome.Success, Outcome.Failed], firsts.Order());
    }

    private static PaymentState At(PaymentTemplate payment, int second) =>
        Timeline.At(payment, Created, Created.AddSeconds(second)).State;

    private static TimeSpan? Seconds(int value) => value < 0 ? null : TimeSpan.FromSeconds(value);
}
