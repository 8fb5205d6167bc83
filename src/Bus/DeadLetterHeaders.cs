namespace KkiaEvents.Bus;

/// <summary>Headers that tell why a message was put aside.</summary>
public static class DeadLetterHeaders
{
    /// <summary>Why, in a sentence.</summary>
    public const string Reason = "kkiaevents-reason";

    /// <summary>The queue that could not process it.</summary>
    public const string Queue = "kkiaevents-queue";

    /// <summary>Who sent it back; on a message that went back.</summary>
    public const string RetriedBy = "kkiaevents-retried-by";
}
