namespace KkiaEvents.Ingress.Spooling;

/// <summary>Something to do with the file, and who waits for it.</summary>
internal abstract class SpoolWork
{
    public abstract void Fail(SpoolException e);
}

/// <summary>A record to keep. Those that wait together are kept in one commit.</summary>
internal sealed class Append(SpoolRecord record) : SpoolWork
{
    public SpoolRecord Record { get; } = record;

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override void Fail(SpoolException e) => Done.TrySetException(e);
}

/// <summary>Anything else: one at a time.</summary>
internal abstract class Errand : SpoolWork
{
    public abstract void Run(SpoolFile file);
}

/// <summary>An errand with an answer.</summary>
internal sealed class Errand<T>(Func<SpoolFile, T> work) : Errand
{
    public TaskCompletionSource<T> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override void Run(SpoolFile file) => Done.TrySetResult(work(file));

    public override void Fail(SpoolException e) => Done.TrySetException(e);
}
