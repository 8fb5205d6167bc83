using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>What the spool holds.</summary>
/// <param name="Depth">Records that wait.</param>
/// <param name="Bytes">What its file takes.</param>
/// <param name="Oldest">Since when the first of them waits, UTC.</param>
/// <param name="SetAside">Records that can't be read.</param>
/// <param name="Problem">Why it can't keep anything; null when it can.</param>
internal sealed record SpoolState(long Depth, long Bytes, DateTimeOffset? Oldest, long SetAside, string? Problem)
{
    public static readonly SpoolState Closed = new(0, 0, null, 0, "The spool is not open.");
}

/// <summary>
/// Webhooks that the broker could not be given, kept on disk until it can. One thread does all of it; what arrives while it
/// waits for the disk goes into the next commit together, and each is told only after that commit.
/// </summary>
internal sealed partial class Spool(SpoolOptions options, TimeProvider time, ILogger<Spool> log) : IDisposable
{
    private const int MostTogether = 512;
    private const long MostBytesTogether = 4 << 20;
    private const long MostBytesWaiting = 64 << 20;
    private const long MostLogBytes = 8 << 20;

    // What deleting records needs: without it a disk that we filled could not be emptied by draining.
    private const long RoomToDelete = 256 << 10;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<Work> _work = [];
    private SpoolFolder? _folder;
    private SpoolStore? _store;
    private Thread? _thread;
    private long _waitingBytes;
    private long _opened;
    private volatile SpoolState _state = SpoolState.Closed;

    public SpoolState State => _state;

    /// <summary>Takes the folder and opens what is in it.</summary>
    /// <exception cref="KkiaEvents.ServiceDefaults.ConfigurationProblemException">The folder can't be used.</exception>
    public void Open()
    {
        _folder = SpoolFolder.Take(options.Directory);
        _store = new(_folder, log);
        TryOpen();
        _thread = new(Run) { IsBackground = true, Name = "spool" };
        _thread.Start();
    }

    /// <summary>Keeps a record; returns once it is on the disk for certain.</summary>
    /// <exception cref="SpoolException">It is not kept, or not for certain.</exception>
    public Task AppendAsync(SpoolRecord record)
    {
        if (Interlocked.Add(ref _waitingBytes, record.Weight) > MostBytesWaiting)
        {
            Interlocked.Add(ref _waitingBytes, -record.Weight);
            throw new SpoolException(SpoolTrouble.Disk, "The disk does not keep up.");
        }

        var append = new Append(record);
        Enqueue(append);
        return append.Done.Task;
    }

    /// <summary>The first records after a place.</summary>
    public Task<IReadOnlyList<SpooledRecord>> ReadAsync(long after, int most) => DoAsync(file => file.Read(after, most));

    /// <summary>Forgets records that the broker has.</summary>
    public Task DeleteAsync(IReadOnlyList<SpooledRecord> records) => DoAsync(file =>
    {
        _state = _state with { Depth = _state.Depth - file.Delete(records) };
        if (_state.Depth == 0)
            file.GiveBack();
        return true;
    });

    /// <summary>Moves records that can't be read out of the way.</summary>
    public Task SetAsideAsync(IReadOnlyList<SpooledRecord> records) => DoAsync(file =>
    {
        var moved = file.SetAside(records);
        _state = _state with { Depth = _state.Depth - moved, SetAside = _state.SetAside + moved };
        return true;
    });

    public void Dispose()
    {
        if (!_work.IsAddingCompleted)
            _work.CompleteAdding();
        _thread?.Join();
        _store?.Dispose();
        _folder?.Dispose();
        _state = SpoolState.Closed;
    }

    private Task<T> DoAsync<T>(Func<SpoolFile, T> work)
    {
        var done = new Do<T>(work);
        Enqueue(done);
        return done.Done.Task;
    }

    private void Enqueue(Work work)
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

    private void Run()
    {
        Work? left = null;
        while (!_work.IsCompleted || left is not null)
        {
            Work? next = left;
            left = null;
            if (next is null && !_work.TryTake(out next, Retry))
            {
                if (_store!.File is null)
                    TryOpen();
                continue;
            }

            if (_store!.File is null && time.GetElapsedTime(_opened) >= Retry)
                TryOpen();
            if (next is Append first)
                Keep(Together(first, out left));
            else
                Try(file => next.Run(file), next.Fail);
        }
    }

    private List<Append> Together(Append first, out Work? left)
    {
        var batch = new List<Append> { first };
        long bytes = first.Record.Weight;
        left = null;
        while (batch.Count < MostTogether && bytes < MostBytesTogether && _work.TryTake(out var more))
        {
            if (more is not Append append)
            {
                left = more;
                break;
            }

            batch.Add(append);
            bytes += append.Record.Weight;
        }

        return batch;
    }

    private void Keep(List<Append> batch)
    {
        var wanted = batch.Sum(a => (long)a.Record.Weight);
        Interlocked.Add(ref _waitingBytes, -wanted);
        // On a disk that is nearly full the log is in the way of what it holds.
        if (RoomOrNone(wanted).Bytes < wanted && _store!.File is { LogBytes: > 0 })
            Try(file => file.Checkpoint(), _ => { });
        var (room, refusal) = RoomOrNone(wanted);
        var fitting = batch.TakeWhile(a => (room -= a.Record.Weight) >= 0).ToList();
        foreach (var append in batch.Skip(fitting.Count))
            append.Fail(new SpoolException(SpoolTrouble.Full, refusal));
        if (fitting.Count == 0)
            return;
        Try(
            file =>
            {
                file.Append([.. fitting.Select(a => a.Record)]);
                _state = _state with { Depth = _state.Depth + fitting.Count, Oldest = _state.Oldest ?? fitting[0].Record.SpooledAt };
                foreach (var append in fitting)
                    append.Done.TrySetResult();
            },
            e => fitting.ForEach(a => a.Fail(e)));
    }

    // A disk that does not even tell how much is free takes nothing; it must not end the thread, and the process with it.
    private (long Bytes, string Refusal) RoomOrNone(long wanted)
    {
        try
        {
            return Room(wanted);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return (0, $"the disk of {SpoolOptions.DirectoryKey} does not answer: {e.Message}");
        }
    }

    /// <summary>How many bytes of records may come, by the setting and by the disk.</summary>
    private (long Bytes, string Refusal) Room(long wanted)
    {
        var allowed = options.MaxBytes - _state.Bytes;
        var full = $"it holds {options.MaxBytes >> 20} MiB, which {SpoolOptions.MaxMegabytesKey} allows.";
        if (allowed < wanted || _store!.File is not { } file)
            return (allowed, full);
        // A record is written twice, to the log and to the file.
        var free = (new DriveInfo(options.Directory).AvailableFreeSpace - file.LogBytes - RoomToDelete) / 2;
        return free < allowed ? (free, $"the disk of {SpoolOptions.DirectoryKey} is full.") : (allowed, full);
    }

    private void Try(Action<SpoolFile> work, Action<SpoolException> fail)
    {
        if (_store!.File is not { } file)
        {
            fail(new(SpoolTrouble.Disk, _state.Problem ?? "The spool's disk refuses."));
            return;
        }

        try
        {
            work(file);
            if (file.LogBytes > MostLogBytes)
                file.Checkpoint();

            Observe(file);
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            _store.Abandon(e);
            _state = _state with { Problem = $"The spool's disk refuses: {e.Message}" };
            LogRefused(options.Directory, e.Message);
            fail(new(SpoolTrouble.Disk, $"The spool's disk refuses: {e.Message}", e));
            TryOpen();
        }
    }

    private void TryOpen()
    {
        _opened = time.GetTimestamp();
        var before = _state.Problem;
        try
        {
            _store!.Open();
            _state = _state with { Depth = _store.File!.Count(aside: false), SetAside = _store.File.Count(aside: true) };
            Observe(_store.File);
            if (before is not null && before != SpoolState.Closed.Problem)
                LogOpenAgain(options.Directory, _state.Depth);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            _store!.Abandon(e);
            _state = _state with { Problem = $"The spool's disk refuses: {e.Message}" };
            if (before != _state.Problem)
                LogRefused(options.Directory, e.Message);
        }
    }

    // Counting all records takes longer the more there are, so they are counted once.
    private void Observe(SpoolFile file) => _state = _state with { Bytes = file.Bytes, Oldest = file.Oldest(), Problem = null };

    [LoggerMessage(Level = LogLevel.Error, Message = "The spool in {Directory} can't keep webhooks: {Error} Its file is closed, and what was not kept for certain is answered 503; it is opened again each second")]
    private partial void LogRefused(string directory, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The spool in {Directory} is open again, checked, with {Depth} webhooks in it")]
    private partial void LogOpenAgain(string directory, long depth);

    private abstract class Work
    {
        public abstract void Run(SpoolFile file);

        public abstract void Fail(SpoolException e);
    }

    private sealed class Append(SpoolRecord record) : Work
    {
        public SpoolRecord Record { get; } = record;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Run(SpoolFile file) => throw new NotSupportedException("Records are kept together.");

        public override void Fail(SpoolException e) => Done.TrySetException(e);
    }

    private sealed class Do<T>(Func<SpoolFile, T> work) : Work
    {
        public TaskCompletionSource<T> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Run(SpoolFile file) => Done.TrySetResult(work(file));

        public override void Fail(SpoolException e) => Done.TrySetException(e);
    }
}
