namespace KkiaEvents.Operations;

/// <summary>Why an operator's wish is not done.</summary>
public enum Refusal
{
    /// <summary>What was asked makes no sense as it is.</summary>
    Invalid,

    /// <summary>There is no such run, message or key.</summary>
    NotFound,

    /// <summary>It contradicts how things stand.</summary>
    Conflict,
}

/// <summary>An operator's wish is not done; nothing was changed. The message says why, in words for the operator.</summary>
public sealed class OperationRefusedException(Refusal refusal, string message) : Exception(message)
{
    /// <summary>The kind of reason.</summary>
    public Refusal Refusal { get; } = refusal;

    /// <summary>Refuses an empty name or reason: every act is recorded with both. Of control characters, only the ends of lines are text.</summary>
    internal static string Required(string? text, string what, int longest = 500) =>
        text?.Trim() is { Length: > 0 } given && given.Length <= longest && !given.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
            ? given
            : throw new OperationRefusedException(Refusal.Invalid, $"Say {what}: 1 to {longest} characters, none of them a control character.");
}
