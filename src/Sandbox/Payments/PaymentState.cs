namespace KkiaEvents.Sandbox.Payments;

/// <summary>What the API knows of a transaction; each dialect has its own words for it.</summary>
internal enum PaymentState
{
    NotFound,
    Pending,
    Complete,
    Failed,
    Cancelled,
    Refunded,

    /// <summary>It belongs to another merchant's keys.</summary>
    NotYours,

    /// <summary>Not a payment received.</summary>
    NotAPayment,
}
