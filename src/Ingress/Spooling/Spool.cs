namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// Webhooks that the broker could not be given, kept on disk until it can. One thread does all of it; what arrives while it
/// waits for the disk goes into the next commit together, and each is told only after that commit.
/// </summary>
internal sealed class Spool(SpoolOptions options, TimeProvider time, ILogger<Spool> log) : IDisposable
{
    private readonly SpoolQueue _queue = new();
    private readonly SpoolRoom _room = new(options);
    private SpoolFolder? _folder;
    private SpoolDisk? _disk;
    private Thread? _thread;
    private bool _disposed;

    public SpoolState State => _disk?.State ?? SpoolState.Closed;

    /// <summary>Takes the folder and opens what is in it.</summary>
    /// <exception cref="KkiaEvents.ServiceDefaults.ConfigurationProblemException">The folder can't be used.</exception>
    public void Open()
    {
        _folder = SpoolFolder.Take(options.Directory);
        _disk = new(new(_folder, log), options, time, log);
        _disk.Open();
        _thread = new(() => Run(_disk)) { IsBackground = true, Name = "spool" };
        _thread.Start();
    }

    /// <summary>Keeps a record; returns once it is on the disk for certain.</summary>
    /// <exception cref="SpoolException">It is not kept, or not for certain.</exception>
    public Task AppendAsync(SpoolRecord record)
    {
        var append = new Append(record);
        _queue.Add(append);
        return append.Done.Task;
    }

    /// <summary>Returns once something has come that was not there the last time: kept, or found when a disk that refused took it again.</summary>
    public Task FilledAsync(CancellationToken cancellationToken) => _disk!.FilledAsync(cancellationToken);

    /// <summary>The first records after a place.</summary>
    public Task<IReadOnlyList<SpooledRecord>> ReadAsync(long after, int most) => DoAsync(file => file.Waiting.Read(after, most));

    /// <summary>Forgets records that the broker has.</summary>
    public Task DeleteAsync(IReadOnlyList<SpooledRecord> records) => DoAsync(file =>
    {
        _disk!.Changed(waiting: -file.Delete(records));
        if (State.Depth == 0)
            file.GiveBack();
        return true;
    });

    /// <summary>Moves records that can't be read out of the way.</summary>
    public Task SetAsideAsync(IReadOnlyList<SpooledRecord> records) => DoAsync(file =>
    {
        var moved = file.SetAside(records);
        _disk!.Changed(waiting: -moved, aside: moved);
        return true;
    });

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _queue.Complete();
        _thread?.Join();
        _queue.Dispose();
        _disk?.Dispose();
        _folder?.Dispose();
    }

    private Task<T> DoAsync<T>(Func<SpoolFile, T> work)
    {
        var errand = new Errand<T>(work);
        _queue.Add(errand);
        return errand.Done.Task;
    }

    private void Run(SpoolDisk disk)
    {
        while (!_queue.IsCompleted)
        {
            var next = _queue.Take(SpoolDisk.Retry);
            disk.OpenIfDue();
            disk.CountDamagedIfDue();
            if (next is Append first)
                Keep(disk, _queue.Together(first));
            else if (next is Errand errand)
                disk.Try(errand.Run, errand.Fail);
        }
    }

    private void Keep(SpoolDisk disk, List<Append> batch)
    {
        var wanted = batch.Sum(a => (long)a.Record.Weight);
        var room = _room.For(disk.State.Bytes, disk.LogBytes);
        if (room.Bytes < wanted && disk.LogBytes > 0)
        {
            // On a disk that is nearly full the log is in the way of what it holds.
            disk.Try(file => file.Checkpoint(), _ => { });
            room = _room.For(disk.State.Bytes, disk.LogBytes);
        }

        var left = room.Bytes;
        var fitting = batch.TakeWhile(a => (left -= a.Record.Weight) >= 0).ToList();
        foreach (var append in batch.Skip(fitting.Count))
            append.Fail(new SpoolException(SpoolTrouble.Full, room.Refusal));
        if (fitting.Count > 0)
            disk.Try(file => Commit(disk, file, fitting), e => fitting.ForEach(a => a.Fail(e)));
    }

    private static void Commit(SpoolDisk disk, SpoolFile file, List<Append> batch)
    {
        file.Append([.. batch.Select(a => a.Record)]);
        disk.Changed(waiting: batch.Count);
        foreach (var append in batch)
            append.Done.TrySetResult();
    }
}
