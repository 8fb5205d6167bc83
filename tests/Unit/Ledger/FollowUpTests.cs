using CsCheck;
using KkiaEvents.Ledger.Due;

namespace KkiaEvents.Tests.Unit.Ledger;

public class FollowUpTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 15)]
    [InlineData(3, 30)]
    [InlineData(4, 90)]
    [InlineData(5, 300)]
    [InlineData(6, 600)]
    [InlineData(7, 1200)]
    [InlineData(8, 2400)]
    [InlineData(9, 3600)]
    [InlineData(10, 3600)]
    [InlineData(1000, 3600)]
    public void An_undecided_payment_is_asked_about_ever_more_seldom_up_to_an_hour(int answers, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), FollowUp.AfterAnswer(answers, TimeSpan.FromMinutes(1)));

    [Fact]
    public void After_a_day_it_is_asked_about_daily() => Assert.Equal(TimeSpan.FromDays(1), FollowUp.AfterAnswer(30, TimeSpan.FromHours(24)));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(5, 300)]
    [InlineData(8, 2400)]
    [InlineData(9, 24 * 3600)]
    public void A_payment_that_was_hardly_asked_about_is_not_left_alone_for_a_day_however_old_it_seems(int answers, int seconds) =>
        // It is old by a clock that is a day off, or a success came a day after its failure.
        Assert.Equal(TimeSpan.FromSeconds(seconds), FollowUp.AfterAnswer(answers, TimeSpan.FromHours(24)));

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(8, 256)]
    [InlineData(9, 300)]
    [InlineData(100, 300)]
    public void No_answer_backs_off_up_to_five_minutes(int attempts, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), FollowUp.AfterNoAnswer(attempts, null, 0));

    [Fact]
    public void A_longer_wait_that_the_provider_asks_for_is_honoured_up_to_an_hour()
    {
        Assert.Equal(TimeSpan.FromSeconds(90), FollowUp.AfterNoAnswer(1, TimeSpan.FromSeconds(90), 0));
        Assert.Equal(TimeSpan.FromSeconds(2), FollowUp.AfterNoAnswer(1, TimeSpan.FromSeconds(1), 0));
        Assert.Equal(TimeSpan.FromHours(1), FollowUp.AfterNoAnswer(1, TimeSpan.FromDays(3), 0));
    }

    [Fact]
    public void Waits_are_always_positive_and_bounded() =>
        Gen.Select(Gen.Int, Gen.Int[-10, 1_000_000], Gen.Double[-1, 2]).Sample((attempts, retryAfter, spread) =>
        {
            var wait = FollowUp.AfterNoAnswer(attempts, TimeSpan.FromSeconds(retryAfter), spread);
            Assert.InRange(wait, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(75));
            Assert.InRange(FollowUp.AfterAnswer(attempts, TimeSpan.Zero), TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
        });
}
