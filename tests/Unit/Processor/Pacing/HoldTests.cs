using KkiaEvents.Ledger.Circuits;
using KkiaEvents.Processor.Pacing;

namespace KkiaEvents.Tests.Unit.Processor.Pacing;

/// <summary>What one 429 costs a merchant whose provider is well, and what it costs one whose provider is not.</summary>
public class HoldTests
{
    private static readonly TimeSpan Asked = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan Trouble = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void One_429_holds_a_merchants_payments_for_the_seconds_that_it_asks_for_and_hardly_longer(int seed)
    {
        var refused = 0;
        var shop = new PacedShop(seed, 50, now => now >= PacedShop.Start + Trouble && refused++ == 0 ? Asked : null);
        shop.RunUntil(TimeSpan.FromSeconds(60));

        var (heldAt, hold) = shop.Moves.First(m => m.Circuit.State == CircuitState.Open);
        Assert.InRange((hold.Until - heldAt).TotalSeconds, 7, 9);
        Assert.DoesNotContain(shop.Questions, q => q.At > heldAt && q.At < hold.Until);
        var held = shop.Payments.Where(p => p.ArrivedAt >= heldAt && p.ArrivedAt < hold.Until).Select(p => p.Waited).Order().ToList();
        var after = shop.Payments.Where(p => p.ArrivedAt >= hold.Until && p.ArrivedAt < PacedShop.Start.AddSeconds(50)).Select(p => p.Waited).Order().ToList();
        Assert.True(held.Count >= 350 && held[held.Count / 2] < 8 && held[^1] < 15, $"{held.Count} waited {held[held.Count / 2]:0.0} s, the longest {held[^1]:0.0} s");
        Assert.True(after[after.Count / 2] < 1 && after[^1] < 8, $"afterwards {after[after.Count / 2]:0.0} s, the longest {after[^1]:0.0} s");
        Assert.Equal(CircuitState.Closed, shop.Moves[^1].Circuit.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_provider_that_goes_on_refusing_is_met_with_backoff_and_a_slow_start(int seed)
    {
        // Ten a second and no more, whatever is asked.
        var answered = new Queue<DateTimeOffset>();
        var shop = new PacedShop(seed, 50, now =>
        {
            if (now < PacedShop.Start + Trouble)
                return null;
            while (answered.TryPeek(out var first) && now - first >= TimeSpan.FromSeconds(1))
                answered.Dequeue();
            if (answered.Count >= 10)
                return Asked;
            answered.Enqueue(now);
            return null;
        });
        shop.RunUntil(TimeSpan.FromMinutes(5));

        var openings = shop.Moves.Where(m => m.Circuit.State == CircuitState.Open).ToList();
        Assert.True(openings.Count > 2);
        Assert.All(openings.Skip(1), o => Assert.False(CircuitPolicy.IsHold(o.Circuit)));
        Assert.All(shop.Moves.Where(m => m.Circuit.State == CircuitState.Recovering).Skip(1), m => Assert.Equal(CircuitPolicy.FirstRate, m.Circuit.Rate));
        // What is refused is what was under way, and the step too far of each recovery.
        Assert.True(shop.Questions.Count(q => q.Refused && q.At > PacedShop.Start.AddSeconds(60)) < openings.Count * 10);
    }

    [Fact]
    public void Many_refusals_at_once_are_no_pause()
    {
        var circuit = Answered(new MerchantCircuit("shop"), 100);
        for (var i = 0; i < 6; i++)
            circuit.Failed("rate_limited", Asked, Noon.AddSeconds(10), 0);
        Assert.Equal((CircuitState.Open, CircuitPolicy.FirstRate), (circuit.Current.State, circuit.Current.Rate));
    }

    [Fact]
    public void A_second_refusal_that_was_under_way_prolongs_the_pause_and_nothing_else()
    {
        var circuit = Answered(new MerchantCircuit("shop"), 100);
        circuit.Failed("rate_limited", Asked, Noon.AddSeconds(10), 0);
        circuit.Failed("rate_limited", Asked, Noon.AddSeconds(12), 0);
        Assert.True(CircuitPolicy.IsHold(circuit.Current));
        Assert.Equal(Noon.AddSeconds(19), circuit.Current.Until);
    }

    [Fact]
    public void Without_many_answers_beside_it_a_refusal_opens()
    {
        var circuit = Answered(new MerchantCircuit("shop"), 9);
        circuit.Failed("rate_limited", Asked, Noon.AddSeconds(10), 0);
        Assert.Equal((CircuitState.Open, CircuitPolicy.FirstRate), (circuit.Current.State, circuit.Current.Rate));
    }

    private static DateTimeOffset Noon => PacedShop.Start;

    private static MerchantCircuit Answered(MerchantCircuit circuit, int times)
    {
        for (var i = 0; i < times; i++)
            circuit.Answered(Noon.AddSeconds(9));
        return circuit;
    }
}
