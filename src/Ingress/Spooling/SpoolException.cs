namespace KkiaEvents.Ingress.Spooling;

/// <summary>Why the spool did not take a webhook.</summary>
internal enum SpoolTrouble
{
    /// <summary>It holds as much as <see cref="SpoolOptions.MaxBytes"/> allows.</summary>
    Full,

    /// <summary>The disk refused, or did not answer in time: it is not certain that the webhook is kept.</summary>
    Disk,
}

/// <summary>The spool can't do what was asked.</summary>
internal sealed class SpoolException(SpoolTrouble trouble, string message, Exception? inner = null) : Exception(message, inner)
{
    public SpoolTrouble Trouble { get; } = trouble;
}
