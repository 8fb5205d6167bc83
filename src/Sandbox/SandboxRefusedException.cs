namespace KkiaEvents.Sandbox;

/// <summary>A setting does not allow the stand-in to start; the message names its key, what is wrong and what to do.</summary>
public sealed class SandboxRefusedException(string message) : InvalidOperationException(message)
{
    /// <summary>What the program ends with (EX_CONFIG of sysexits.h).</summary>
    public const int ExitCode = 78;
}
