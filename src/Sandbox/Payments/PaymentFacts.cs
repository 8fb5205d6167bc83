namespace KkiaEvents.Sandbox.Payments;

/// <summary>What the API knows of a payment at one moment.</summary>
/// <param name="State">The state.</param>
/// <param name="PerformedAt">When it was settled; when it was begun, while it is not.</param>
/// <param name="FailureCode">Set when the state is a failure.</param>
/// <param name="FailureMessage">Set when the state is a failure.</param>
/// <param name="Word">A status word to answer in place of the state's own, as a test asked for it.</param>
internal readonly record struct PaymentFacts(
    PaymentState State,
    DateTimeOffset PerformedAt,
    string? FailureCode = null,
    string? FailureMessage = null,
    string? Word = null);
