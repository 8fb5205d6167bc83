using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Cli;

/// <summary>What the command ends with.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and nothing to complain of.</summary>
    public const int Fine = 0;

    /// <summary>Something was found (a disagreement, a broken line), is not there, or failed.</summary>
    public const int Found = 1;

    /// <summary>The command line is not one that it understands.</summary>
    public const int Usage = 2;

    /// <summary>The configuration does not allow it (EX_CONFIG of sysexits.h).</summary>
    public const int Configuration = ConfigurationProblemException.ExitCode;
}
