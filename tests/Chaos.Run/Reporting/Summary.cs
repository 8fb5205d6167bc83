using KkiaEvents.Chaos.Judging;

namespace KkiaEvents.Chaos.Reporting;

/// <summary>What the run prints in the end; the last line says it all.</summary>
internal static class Summary
{
    private const int Named = 20;

    public static void Print(int seed, Judgement judgement, string report)
    {
        foreach (var (what, findings) in new[] { ("lost", judgement.Lost), ("doubled", judgement.Doubled), ("unexpected", judgement.Unexpected), ("dead-lettered", judgement.DeadLettered) })
        {
            foreach (var finding in findings.Take(Named))
                Console.WriteLine($"{what}: {finding}");
            if (findings.Count > Named)
                Console.WriteLine($"{what}: and {findings.Count - Named} more");
        }

        Console.WriteLine($"Report: {report}");
        if (!judgement.IsRight)
            Console.WriteLine($"The same payments and faults again: ./test chaos --seed {seed} with the same --minutes and --rate");
        Console.WriteLine($"chaos seed {seed}: {Line(judgement)} - {(judgement.IsRight ? "right" : "WRONG")}");
    }

    public static string Line(Judgement judgement) =>
        $"attempted {judgement.Attempted}, acknowledged {judgement.Acknowledged}, owed {judgement.Owed}, delivered {judgement.Delivered}, open {judgement.Open}, "
        + $"lost {judgement.Lost.Count}, repeated {judgement.Repeated}, doubled {judgement.Doubled.Count}, unexpected {judgement.Unexpected.Count}, dead-lettered {judgement.DeadLettered.Count}, recovered {judgement.Recovered}";
}
