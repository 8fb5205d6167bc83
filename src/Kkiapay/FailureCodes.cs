namespace KkiaEvents.Kkiapay;

/// <summary>What a failure code means for the customer.</summary>
/// <param name="Code">The code as it came, or <c>unknown</c>.</param>
/// <param name="RetryAdvised">True when a new attempt makes sense as it is.</param>
/// <param name="English">A sentence for the customer.</param>
/// <param name="French">The same in French.</param>
public sealed record FailureAdvice(string Code, bool RetryAdvised, string English, string French);

/// <summary>KKiaPay's failure codes, both sources' (wire notes, "Payment facts").</summary>
public static class FailureCodes
{
    /// <summary>What a code means; a code that we don't know keeps its name and gets a general sentence.</summary>
    public static FailureAdvice Describe(string? code) => throw new NotImplementedException();
}
