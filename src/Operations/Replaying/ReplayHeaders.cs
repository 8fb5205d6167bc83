namespace KkiaEvents.Operations.Replaying;

/// <summary>Headers by which a subscriber tells a replayed outcome. They are in the broker's message headers and in the envelope's.</summary>
public static class ReplayHeaders
{
    /// <summary>The run's id. Its presence says: replayed.</summary>
    public const string Run = "kkiaevents-replay";

    /// <summary>Who asked for the run.</summary>
    public const string By = "kkiaevents-replay-by";

    /// <summary>The message id under which the outcome was published first: the event's id.</summary>
    public const string OriginalMessageId = "kkiaevents-original-message-id";
}
