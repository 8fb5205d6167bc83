using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Which payments to list. What is null or false does not filter.</summary>
public sealed record PaymentFilter
{
    /// <summary>The largest page.</summary>
    public const int MaxLimit = 1000;

    /// <summary>How it stands.</summary>
    public PaymentOutcome? State { get; init; }

    /// <summary>Ever flagged for this reason.</summary>
    public FlagReason? Flag { get; init; }

    /// <summary>The merchant.</summary>
    public string? Merchant { get; init; }

    /// <summary>Only these merchants' payments, whatever else is asked; null for every merchant's.</summary>
    public IReadOnlyCollection<string>? Within { get; init; }

    /// <summary>The order.</summary>
    public string? OrderId { get; init; }

    /// <summary>First heard of at this time or later, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>First heard of before this time, UTC.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The verified amount is at least this, whole XOF.</summary>
    public long? MinAmount { get; init; }

    /// <summary>The verified amount is at most this, whole XOF.</summary>
    public long? MaxAmount { get; init; }

    /// <summary>The method (<c>MOBILE_MONEY</c>, <c>CARD</c>, <c>WALLET</c> …), in any case.</summary>
    public string? Method { get; init; }

    /// <summary>Only payments with an outcome that the bus has not taken.</summary>
    public bool Undelivered { get; init; }

    /// <summary>Only payments that KKiaPay is to be asked about again.</summary>
    public bool Due { get; init; }

    /// <summary>How many a page has, 1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Where the page before ended (<see cref="PaymentPage.Next"/>); null for the first.</summary>
    public string? After { get; init; }

    /// <summary>What <see cref="PaymentQueries.ListAsync"/> says is wrong with a filter, without the name of the parameter in the code, which .NET adds.</summary>
    public static string ProblemOf(ArgumentException wrong) => wrong.Message.Split(" (Parameter '", 2)[0];
}

/// <summary>One payment of a list.</summary>
/// <param name="Payment">The payment.</param>
/// <param name="Undelivered">True while an outcome of it waits for the bus.</param>
/// <param name="DueAt">When KKiaPay is to be asked again, UTC; null when it is not.</param>
public sealed record ListedPayment(Payment Payment, bool Undelivered, DateTimeOffset? DueAt);

/// <summary>A page of payments, those first heard of last at the top.</summary>
/// <param name="Payments">The payments.</param>
/// <param name="Next">Give it as <see cref="PaymentFilter.After"/> for the next page; null when this is the last.</param>
public sealed record PaymentPage(IReadOnlyList<ListedPayment> Payments, string? Next);
