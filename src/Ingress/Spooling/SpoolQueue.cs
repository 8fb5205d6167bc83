using System.Collections.Concurrent;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>What waits for the spool's thread, in its order; records that come one behind the other are given out together.</summary>
internal sealed class SpoolQueue : IDisposable
{
    private const int MostTogether = 512;
    private const long MostBytesTogether = 4 << 20;
    private const long MostBytesWaiting = 64 << 20;

    private readonly BlockingCollection<SpoolWork> _work = [];
    private long _waitingBytes;
    private SpoolWork? _left;

    /// <summary>Whether nothing is left, and nothing will come.</summary>
    public bool IsCompleted => _left is null && _work.IsCompleted;

    /// <exception cref="SpoolException">Too much waits already, or the service stops.</exception>
    public void Add(Append append)
    {
        var weight = append.Record.Weight;
        if (Interlocked.Add(ref _waitingBytes, weight) > MostBytesWaiting)
        {
            Interlocked.Add(ref _waitingBytes, -weight);
            throw new SpoolException(SpoolTrouble.Disk, "The disk does not keep up.");
        }

        Enqueue(append);
    }

    /// <exception cref="SpoolException">The service stops.</exception>
    public void Add(Errand errand) => Enqueue(errand);

    /// <summary>Nothing comes any more.</summary>
    public void Complete() => _work.CompleteAdding();

    /// <summary>The next one; null when none came in time.</summary>
    public SpoolWork? Take(TimeSpan patience)
    {
        if (_left is { } left)
        {
            _left = null;
            return left;
        }

        return _work.TryTake(out var next, patience) ? next : null;
    }

    /// <summary>A record that was taken, and those behind it that wait by now.</summary>
    public List<Append> Together(Append first)
    {
        var batch = new List<Append> { first };
        long bytes = first.Record.Weight;
        while (batch.Count < MostTogether && bytes < MostBytesTogether && _work.TryTake(out var more))
        {
            if (more is not Append append)
            {
                _left = more;
                break;
            }

            batch.Add(append);
            bytes += append.Record.Weight;
        }

        Interlocked.Add(ref _waitingBytes, -bytes);
        return batch;
    }

    public void Dispose() => _work.Dispose();

    private void Enqueue(SpoolWork work)
    {
        try
        {
            _work.Add(work);
        }
        catch (InvalidOperationException)
        {
            throw new SpoolException(SpoolTrouble.Disk, "The service stops.");
        }
    }
}
