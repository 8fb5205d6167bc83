namespace KkiaEvents.Chaos.Faults;

/// <summary>A fault that will be done.</summary>
/// <param name="After">From the beginning of the load.</param>
/// <param name="Lasts">Until it is healed.</param>
/// <param name="Kind">Which: a name in the book of faults.</param>
/// <param name="Draw">0 to 1, for what the fault itself leaves to chance: which of several, which way.</param>
internal sealed record PlannedFault(TimeSpan After, TimeSpan Lasts, string Kind, double Draw);

/// <summary>What will be done when, by the seed alone. Faults of one lane never overlap; those of two lanes do.</summary>
internal static class FaultSchedule
{
    // The first payments go through unharmed, so that the run shows that the system works at all.
    private const double Quiet = 5;

    /// <param name="kinds">What there is to do in this lane.</param>
    /// <param name="seed">What the dice begin with.</param>
    /// <param name="duration">The load's; the last fault ends before it does.</param>
    public static IReadOnlyList<PlannedFault> Lane(IReadOnlyList<string> kinds, int seed, TimeSpan duration)
    {
        var dice = new Random(seed);
        var planned = new List<PlannedFault>();
        var at = Quiet + 3 * dice.NextDouble();
        while (true)
        {
            // Each kind once, then each again in another order: chance alone would leave some out.
            var deck = kinds.ToArray();
            dice.Shuffle(deck);
            foreach (var kind in deck)
            {
                var lasts = 2 + 6 * dice.NextDouble();
                if (at + lasts > duration.TotalSeconds)
                    return planned;
                planned.Add(new(TimeSpan.FromSeconds(at), TimeSpan.FromSeconds(lasts), kind, dice.NextDouble()));
                at += lasts + 0.5 + dice.NextDouble();
            }
        }
    }
}
