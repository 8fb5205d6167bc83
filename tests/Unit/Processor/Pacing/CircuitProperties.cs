using CsCheck;
using KkiaEvents.Ledger.Circuits;

namespace KkiaEvents.Tests.Unit.Processor.Pacing;

/// <summary>Whatever happens, in whatever order, to two replicas.</summary>
public class CircuitProperties
{
    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Enum<What>(), Gen.Bool, Gen.Int[1, 200], Gen.Int[0, 5000].Select(ms => TimeSpan.FromMilliseconds(ms)), Gen.Int[0, 40].Select(s => s > 20 ? (TimeSpan?)null : TimeSpan.FromSeconds(s)),
        (what, byA, count, wait, retryAfter) => new Step(what, byA, count, wait, retryAfter));

    private enum What
    {
        Fail,
        FailOften,
        Answer,
        Admit,
        Wait,
    }

    [Fact]
    public Task Nobody_asks_while_it_is_open() => Sample(async (replicas, step) =>
    {
        var row = replicas.Store[Replicas.Shop];
        var granted = await StepAsync(replicas, step);
        if (row is { State: CircuitState.Open } && replicas.Clock.GetUtcNow() < row.Until)
            Assert.Equal(0, granted);
    });

    [Fact]
    public Task While_it_recovers_no_second_sees_more_questions_than_twice_the_rate() =>
        Steps.Array[1, 60].SampleAsync(async steps =>
        {
            using var replicas = new Replicas();
            await replicas.OpenAsync();
            await replicas.ProbeAsync();
            var asked = new List<(DateTimeOffset At, int Count)>();
            foreach (var step in steps.Where(s => s.What is What.Admit or What.Answer or What.Wait))
            {
                var granted = await StepAsync(replicas, step);
                if (replicas.Store[Replicas.Shop]!.State != CircuitState.Recovering)
                    break;
                asked.Add((replicas.Clock.GetUtcNow(), granted));
                var second = asked.Where(a => a.At > replicas.Clock.GetUtcNow() - TimeSpan.FromSeconds(1)).Sum(a => a.Count);
                Assert.True(second <= 2 * replicas.Store[Replicas.Shop]!.Rate, $"{second} in a second");
            }
        }, iter: 300, threads: 1);

    [Fact]
    public Task Once_KKiaPay_answers_it_closes() => Steps.Array[0, 40].SampleAsync(async steps =>
    {
        using var replicas = new Replicas();
        await replicas.OpenAsync();
        foreach (var step in steps)
            await StepAsync(replicas, step);
        for (var i = 0; replicas.OfA().State != CircuitState.Closed; i++)
        {
            Assert.True(i < 1000, $"It is {replicas.OfA()}");
            for (var granted = await replicas.A.AdmitAsync(Replicas.Shop, 100, mayProbe: true, default); granted > 0; granted--)
                replicas.A.Answered(Replicas.Shop);
            replicas.Clock.Advance(TimeSpan.FromSeconds(1));
            await replicas.ShareAsync();
        }
    }, iter: 200, threads: 1);

    [Fact]
    public Task Nothing_that_happens_to_one_merchant_touches_another() => Sample(async (replicas, step) =>
    {
        await StepAsync(replicas, step);
        Assert.Equal(100, await replicas.A.AdmitAsync("neighbour", 100, false, default));
        Assert.Equal(100, await replicas.B.AdmitAsync("neighbour", 100, false, default));
        Assert.Null(replicas.Store["neighbour"]);
    });

    private static Task Sample(Func<Replicas, Step, Task> check) => Steps.Array[1, 60].SampleAsync(async steps =>
    {
        using var replicas = new Replicas();
        foreach (var step in steps)
            await check(replicas, step);
    }, iter: 300, threads: 1);

    private static async Task<int> StepAsync(Replicas replicas, Step step)
    {
        var gate = step.ByA ? replicas.A : replicas.B;
        var granted = 0;
        switch (step.What)
        {
            case What.Fail:
                gate.Failed(Replicas.Shop, "unavailable", step.RetryAfter);
                break;
            case What.FailOften:
                for (var i = 0; i < 5; i++)
                    gate.Failed(Replicas.Shop, "unavailable", null);
                break;
            case What.Answer:
                for (var i = 0; i < step.Count; i++)
                    gate.Answered(Replicas.Shop);
                break;
            case What.Admit:
                granted = await gate.AdmitAsync(Replicas.Shop, step.Count, mayProbe: step.Count % 2 == 0, default);
                break;
            default:
                replicas.Clock.Advance(step.Wait);
                break;
        }

        await replicas.ShareAsync();
        return granted;
    }

    private sealed record Step(What What, bool ByA, int Count, TimeSpan Wait, TimeSpan? RetryAfter);
}
