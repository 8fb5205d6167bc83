namespace KkiaEvents.Processor.Settling;

/// <summary>
/// How many of a merchant's answers in the last half hour this replica could not read. Half an hour, because one payment
/// alone is asked about every five minutes. Not safe for concurrent use.
/// </summary>
internal sealed class AnswerWindow
{
    /// <summary>Fewer say nothing: one answer may go wrong on its way.</summary>
    public const int Least = 3;

    /// <summary>From this share on it is no single payment's trouble.</summary>
    public const double Share = 0.1;

    private const int Slots = 6;
    private static readonly TimeSpan Slot = TimeSpan.FromMinutes(5);

    private readonly (long Number, int Answers, int Unreadable)[] _slots = new (long, int, int)[Slots];

    public void Add(DateTimeOffset now, bool readable)
    {
        var number = now.Ticks / Slot.Ticks;
        ref var slot = ref _slots[number % Slots];
        if (slot.Number != number)
            slot = (number, 0, 0);
        slot.Answers++;
        slot.Unreadable += readable ? 0 : 1;
    }

    /// <summary>Answers, and those of them that could not be read.</summary>
    public (int Answers, int Unreadable) Count(DateTimeOffset now)
    {
        var number = now.Ticks / Slot.Ticks;
        var (answers, unreadable) = (0, 0);
        foreach (var slot in _slots.Where(s => s.Number <= number && s.Number > number - Slots))
            (answers, unreadable) = (answers + slot.Answers, unreadable + slot.Unreadable);
        return (answers, unreadable);
    }

    /// <summary>True when KKiaPay's API, or what stands before it, looks like another one than the one that is known.</summary>
    public bool IsTrouble(DateTimeOffset now) => Count(now) is var (answers, unreadable) && unreadable >= Least && unreadable >= answers * Share;
}
