namespace KkiaEvents.Cli.Output;

/// <summary>Passes progress on at once, in the order it is told (<see cref="Progress{T}"/> would hop to other threads).</summary>
internal sealed class Reported<T>(Action<T> told) : IProgress<T>
{
    public void Report(T value) => told(value);
}
