using Microsoft.Extensions.Configuration;

namespace KkiaEvents.ServiceDefaults;

/// <summary>Reads settings at start, collects what is wrong, and says all of it at once.</summary>
public sealed class Settings(IConfiguration configuration)
{
    private readonly List<ConfigurationProblem> _problems = [];

    /// <summary>A setting that must be there.</summary>
    /// <param name="key">The key, as an environment variable spells it.</param>
    /// <param name="example">A value that would do.</param>
    /// <param name="problem">What is wrong with a value, as the rest of a sentence that begins with the key; null when nothing is.</param>
    /// <returns>The value, without white space around it; empty when there is none, which <see cref="ThrowIfWrong"/> will report.</returns>
    public string Required(string key, string example, Func<string, string?>? problem = null)
    {
        var value = configuration[Path(key)];
        // A file's last line break is none of the value.
        value = value is null ? null : SecretText.Trimmed(value);
        if (string.IsNullOrEmpty(value))
            _problems.Add(new(key, "is missing.", example));
        else if (problem?.Invoke(value) is { } wrong)
            _problems.Add(new(key, wrong, example));
        return value ?? "";
    }

    /// <summary>A setting with one of a few words; the default when it is not there.</summary>
    public T Word<T>(string key, T otherwise) where T : struct, Enum
    {
        var value = configuration[Path(key)];
        if (string.IsNullOrWhiteSpace(value))
            return otherwise;
        if (Words.TryParse<T>(value, out var word))
            return word;
        _problems.Add(new(key, Words.ProblemOf<T>(), otherwise.ToString()));
        return otherwise;
    }

    /// <summary>A whole number within a range; the default when it is not there.</summary>
    public int Number(string key, int otherwise, int from, int to)
    {
        var value = configuration[Path(key)];
        if (string.IsNullOrWhiteSpace(value))
            return otherwise;
        if (int.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= from && number <= to)
            return number;
        _problems.Add(new(key, $"is no whole number from {from} to {to}.", otherwise.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return otherwise;
    }

    /// <summary>Adds a problem that the caller found; the same again adds nothing.</summary>
    public void Wrong(string key, string problem, string example)
    {
        if (!_problems.Contains(new(key, problem, example)))
            _problems.Add(new(key, problem, example));
    }

    /// <summary>Stops the start when anything was wrong.</summary>
    /// <exception cref="ConfigurationProblemException">Something was.</exception>
    public void ThrowIfWrong()
    {
        if (_problems.Count > 0)
            throw new ConfigurationProblemException(_problems);
    }

    private static string Path(string key) => key.Replace("__", ":", StringComparison.Ordinal);
}
