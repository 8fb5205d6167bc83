using KkiaEvents.Chaos.Faults;
using KkiaEvents.Chaos.Load;

namespace KkiaEvents.Tests.Unit.Chaos;

/// <summary>The seed alone says what a chaos run does.</summary>
public class SeedTests
{
    private static readonly string[] Kinds = ["a", "b", "c", "d", "e"];

    [Fact]
    public void The_same_seed_makes_the_same_faults_and_another_seed_others()
    {
        var three = TimeSpan.FromMinutes(3);
        Assert.Equal(FaultSchedule.Lane(Kinds, 7, three), FaultSchedule.Lane(Kinds, 7, three));
        Assert.NotEqual(FaultSchedule.Lane(Kinds, 7, three), FaultSchedule.Lane(Kinds, 8, three));
    }

    [Fact]
    public void The_same_seed_makes_the_same_payments()
    {
        Assert.Equal(Payments(7), Payments(7));
        Assert.NotEqual(Payments(7), Payments(8));

        static List<string> Payments(int seed)
        {
            var dice = new Random(seed);
            return [.. Enumerable.Range(0, 200).SelectMany(number => PlannedPayment.Next(number, dice)).Select(one => $"{one.Payment} {one.Template.ToJsonString()}")];
        }
    }

    [Fact]
    public void Faults_of_a_lane_follow_each_other_end_in_time_and_leave_no_kind_out()
    {
        var duration = TimeSpan.FromMinutes(2);
        for (var seed = 0; seed < 200; seed++)
        {
            var planned = FaultSchedule.Lane(Kinds, seed, duration);
            Assert.All(planned.Zip(planned.Skip(1)), pair => Assert.True(pair.First.After + pair.First.Lasts < pair.Second.After));
            Assert.True(planned[^1].After + planned[^1].Lasts <= duration);
            Assert.Equal(Kinds, planned.Select(fault => fault.Kind).Distinct().Order());
        }
    }
}
