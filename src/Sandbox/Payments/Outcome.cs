namespace KkiaEvents.Sandbox.Payments;

/// <summary>What becomes of a payment, as a test asks for it.</summary>
internal enum Outcome
{
    Success,
    Failed,
    Cancelled,

    /// <summary>The customer did not confirm within 90 s.</summary>
    Timeout,

    /// <summary>Never settles.</summary>
    Pending,

    /// <summary>A webhook says success, the API knows no such transaction: what a forgery looks like.</summary>
    Unknown,

    /// <summary>Taken and given back.</summary>
    Refunded,
}
