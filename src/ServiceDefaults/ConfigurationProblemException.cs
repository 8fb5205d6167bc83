namespace KkiaEvents.ServiceDefaults;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Key">The key as an environment variable spells it (<c>ConnectionStrings__RabbitMq</c>).</param>
/// <param name="Problem">What is wrong, without the value: it may be a secret.</param>
/// <param name="Example">A value that would do.</param>
public sealed record ConfigurationProblem(string Key, string Problem, string Example);

/// <summary>The configuration does not allow a start. Names every key at once, each with an example.</summary>
public sealed class ConfigurationProblemException(IReadOnlyList<ConfigurationProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems.Select(p => $"{p.Key} {p.Problem} Example: {p.Key}={p.Example}")))
{
    /// <summary>What a program that it stops ends with (EX_CONFIG of sysexits.h).</summary>
    public const int ExitCode = 78;

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; } = problems;
}
