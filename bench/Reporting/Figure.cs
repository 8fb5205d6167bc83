namespace KkiaEvents.Bench.Reporting;

/// <summary>One thing that is measured, over all rounds.</summary>
/// <param name="Name">What.</param>
/// <param name="Unit">In what.</param>
/// <param name="Expected">What two cores are expected to reach; null where nothing is.</param>
/// <param name="HigherIsBetter">True for rates, false for times.</param>
internal sealed record Figure(string Name, string Unit, double? Expected = null, bool HigherIsBetter = true)
{
    public List<double> Rounds { get; } = [];

    public double Median
    {
        get
        {
            var sorted = Rounds.Order().ToArray();
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    public double Least => Rounds.Min();

    public double Most => Rounds.Max();

    public bool? AsExpected => Expected is not { } expected ? null : HigherIsBetter ? Median >= expected : Median < expected;
}
