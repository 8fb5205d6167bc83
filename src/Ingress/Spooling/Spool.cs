using System.Collections.Concurrent;
using System.Threading.Channels;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// Records that are kept on disk, in their order, until somebody has taken them. They lie in segments
/// (<see cref="SpoolSegment"/>); one thread writes, what arrives while it waits for the disk is written next, together, and
/// each caller is told only after the fsync. What a kill leaves is read as it lies: there is nothing to repair.
/// </summary>
internal sealed partial class Spool(SpoolOptions options, TimeProvider time, ILogger<Spool> log) : IDisposable
{
    private const int MostTogether = 512;
    private const long MostBytesTogether = 4 << 20;
    private const long MostBytesWaiting = 64 << 20;
    private const int UnixNoSpace = 28;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>How long a segment grows. What a restart sends again is less than one, and what deletes them frees one at a time.</summary>
    private const long SegmentBytes = 4 << 20;

    /// <summary>How long a disk that refuses is left alone, and how often the folder is looked at.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<Append> _queue = [];
    private readonly Channel<bool> _filled = Channel.CreateBounded<bool>(1);

    // Guards the segments and the state; never held during an fsync.
    private readonly Lock _gate = new();
    private readonly SortedList<long, SpoolSegment> _segments = [];
    private readonly List<SpoolSegment> _taken = [];
    private SpoolFiles? _files;
    private Thread? _thread;
    private SpoolSegment? _newest;
    private bool _writing;
    private long _waitingBytes;
    private long _tended;
    private long _refused;
    private SpoolException? _refusal;
    private string? _openProblem;
    private string? _readProblem;
    private int _damagedFiles;
    private int _asideFiles;
    private bool _disposed;
    private volatile SpoolState _state = SpoolState.Closed;

    public SpoolState State => _state;

    /// <summary>Takes the folder and opens what is in it.</summary>
    /// <exception cref="KkiaEvents.ServiceDefaults.ConfigurationProblemException">The folder can't be used.</exception>
    public void Open()
    {
        _files = new(SpoolFolder.Take(options.Directory));
        Tend();
        if (_files.Earlier() is [var earlier, ..])
            LogEarlier(earlier);
        _thread = new(Run) { IsBackground = true, Name = "spool" };
        _thread.Start();
    }

    /// <summary>Keeps a record; returns once it is on the disk for certain.</summary>
    /// <exception cref="SpoolException">It is not kept, or not for certain.</exception>
    public Task AppendAsync(SpoolRecord record)
    {
        var append = new Append(record);
        if (Interlocked.Add(ref _waitingBytes, record.Weight) > MostBytesWaiting)
        {
            Interlocked.Add(ref _waitingBytes, -record.Weight);
            throw new SpoolException(SpoolTrouble.Disk, "The disk does not keep up.");
        }

        try
        {
            _queue.Add(append);
        }
        catch (InvalidOperationException e)
        {
            throw new SpoolException(SpoolTrouble.Disk, "The service stops.", e);
        }

        return append.Done.Task;
    }

    /// <summary>Returns once something has come that was not there the last time: kept, or found when a disk that refused takes again.</summary>
    public async Task FilledAsync(CancellationToken cancellationToken) => await _filled.Reader.ReadAsync(cancellationToken);

    /// <summary>The first records behind a place. What the disk does not give is left out, and comes the next time.</summary>
    public IReadOnlyList<SpooledRecord> Read(SpoolPlace after, int most)
    {
        lock (_gate)
        {
            _readProblem = null;
            var records = new List<SpooledRecord>();
            foreach (var segment in _segments.Values.Where(s => s.Number >= after.Segment))
            {
                foreach (var index in segment.WaitingAfter(segment.Number == after.Segment ? after.Index : -1))
                {
                    if (records.Count == most)
                        return records;
                    if (Read(segment, index) is { } record)
                        records.Add(new(new(segment.Number, index), record));
                }
            }

            Show();
            return records;
        }
    }

    /// <summary>Forgets records that somebody else has now.</summary>
    public void Forget(IEnumerable<SpoolPlace> places)
    {
        lock (_gate)
        {
            foreach (var taken in places.GroupBy(p => p.Segment, p => p.Index))
            {
                if (!_segments.TryGetValue(taken.Key, out var segment))
                    continue;
                segment.Forget([.. taken]);
                PutAwayIfDone(segment);
            }

            Show();
        }
    }

    /// <summary>Moves a record out of the way into a file of its own, for a person.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="IOException">The disk refuses, and it stays.</exception>
    public string SetAside(SpooledRecord record)
    {
        var file = _files!.SetAside(record);
        lock (_gate)
            _asideFiles++;
        Forget([record.Place]);
        return file;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _queue.CompleteAdding();
        _thread?.Join();
        _queue.Dispose();
        foreach (var segment in _segments.Values.ToList())
        {
            PutAwayIfDone(segment);
            segment.Dispose();
        }

        _files?.Dispose();
        _state = SpoolState.Closed;
    }

    private void Run()
    {
        while (!_queue.IsCompleted)
        {
            if (_queue.TryTake(out var first, Retry))
                Keep(Together(first));
            if (time.GetElapsedTime(_tended) >= Retry)
                Tend();
        }
    }

    private List<Append> Together(Append first)
    {
        var batch = new List<Append> { first };
        long bytes = first.Record.Weight;
        while (batch.Count < MostTogether && bytes < MostBytesTogether && _queue.TryTake(out var more))
        {
            batch.Add(more);
            bytes += more.Record.Weight;
        }

        Interlocked.Add(ref _waitingBytes, -bytes);
        return batch;
    }

    private void Keep(List<Append> batch)
    {
        if (_refusal is { } refusal && time.GetElapsedTime(_refused) < Retry)
        {
            batch.ForEach(a => a.Done.TrySetException(refusal));
            return;
        }

        var room = options.MaxBytes - _state.Bytes;
        var fitting = batch.TakeWhile(a => (room -= a.Record.Weight) >= 0).ToList();
        foreach (var append in batch.Skip(fitting.Count))
            append.Done.TrySetException(new SpoolException(SpoolTrouble.Full, $"it holds {options.MaxBytes >> 20} MiB, which {SpoolOptions.MaxMegabytesKey} allows."));
        if (fitting.Count > 0)
            Write(fitting);
    }

    private void Write(List<Append> batch)
    {
        var records = batch.ConvertAll(a => a.Record);
        try
        {
            var segment = Newest(writing: true);
            segment.Write(records);
            lock (_gate)
            {
                _writing = false;
                segment.Add(records);
                Show();
            }
        }
        catch (Exception e)
        {
            // Whatever it is, it must not end the thread, and the process with it.
            Refuse(e);
            batch.ForEach(a => a.Done.TrySetException(_refusal!));
            return;
        }

        TakesAgain();
        batch.ForEach(a => a.Done.TrySetResult());
    }

    private SpoolSegment Newest(bool writing)
    {
        lock (_gate)
        {
            if (_newest is not { Bytes: < SegmentBytes } newest || !_segments.ContainsKey(newest.Number))
            {
                _newest = null;
                _newest = _files!.Create();
                _segments.Add(_newest.Number, _newest);
            }

            _writing = writing;
            return _newest;
        }
    }

    private void Refuse(Exception e)
    {
        var first = _refusal is null;
        _refused = time.GetTimestamp();
        lock (_gate)
        {
            _writing = false;
            if (_newest is { } left)
            {
                _newest = null;
                left.CutBack();
                PutAwayIfDone(left);
            }

            _refusal = IsFull(e)
                ? new(SpoolTrouble.Full, $"the disk of {SpoolOptions.DirectoryKey} is full.", e)
                : new(SpoolTrouble.Disk, $"The spool's disk refuses: {e.Message}", e);
            Show();
        }

        if (first)
            LogRefused(options.Directory, e.Message);
    }

    private void TakesAgain()
    {
        if (_refusal is null)
            return;
        lock (_gate)
        {
            _refusal = null;
            Show();
        }

        LogTakesAgain(options.Directory, _state.Depth);
    }

    // What is to be looked at now and then: a person may have put things in order, the disk may have come back.
    private void Tend()
    {
        try
        {
            lock (_gate)
            {
                _tended = time.GetTimestamp();
                OpenOthers();
                _taken.RemoveAll(segment => segment.PutAway());
                (_damagedFiles, _asideFiles) = _files!.CountKept();
                Show();
            }

            if (_refusal is not null)
            {
                _ = Newest(writing: false);
                TakesAgain();
            }
        }
        catch (Exception e)
        {
            // Whatever it is, the service must start, and its thread go on: it takes webhooks for the broker, and says what is wrong here.
            Refuse(e);
        }
    }

    private void OpenOthers()
    {
        var before = _openProblem;
        _openProblem = null;
        foreach (var path in _files!.Others(_segments.Values.Concat(_taken)))
        {
            try
            {
                var segment = SpoolSegment.Open(path, (from, to) => LogDamaged(path, from, to));
                if (!_segments.TryAdd(segment.Number, segment))
                {
                    segment.Dispose();
                    _openProblem = $"{path} has the number of another segment, whose webhooks come first.";
                    continue;
                }

                PutAwayIfDone(segment);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _openProblem = Unread(path, e);
            }
        }

        if (_openProblem is { } problem && problem != before)
            LogUnread(problem);
    }

    private SpoolRecord? Read(SpoolSegment segment, int index)
    {
        try
        {
            if (segment.Read(index) is { } record)
                return record;
            LogDamagedRecord(segment.Path, index);
            segment.Forget([index]);
        }
        catch (IOException e)
        {
            _readProblem = Unread(segment.Path, e);
        }

        return null;
    }

    private static bool IsFull(Exception e) => e is IOException && e.HResult is UnixNoSpace or WindowsDiskFull;

    private static string Unread(string path, Exception e) => $"{path} can't be read: {e.Message} The webhooks in it wait until it can.";

    private void PutAwayIfDone(SpoolSegment segment)
    {
        // One that is being written to has a record in a moment, or is looked at again.
        if (segment.Waiting > 0 || (_writing && segment == _newest))
            return;
        _segments.Remove(segment.Number);
        _damagedFiles += segment.IsDamaged ? 1 : 0;
        if (!segment.PutAway())
            _taken.Add(segment);
    }

    private void Show()
    {
        var depth = _segments.Values.Sum(s => (long)s.Waiting);
        var filled = depth > _state.Depth;
        _state = new(
            depth,
            _segments.Values.Sum(s => s.Bytes),
            _segments.Values.FirstOrDefault(s => s.Waiting > 0)?.Oldest,
            _asideFiles,
            _damagedFiles + _segments.Values.Count(s => s.IsDamaged),
            _refusal?.Message ?? _openProblem ?? _readProblem);
        if (filled)
            _filled.Writer.TryWrite(true);
    }

    private sealed record Append(SpoolRecord Record)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The spool in {Directory} can't keep webhooks: {Error} What was not kept for certain is answered 503; a new segment is tried each second")]
    private partial void LogRefused(string directory, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The spool in {Directory} takes webhooks again, with {Depth} in it")]
    private partial void LogTakesAgain(string directory, long depth);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}")]
    private partial void LogUnread(string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "Bytes {From} to {To} of the spool's {File} can't be read: webhooks that were acknowledged may be missing. The others go on; once they are delivered the file is kept as .damaged, and a person must look")]
    private partial void LogDamaged(string file, long from, long to);

    [LoggerMessage(Level = LogLevel.Error, Message = "Record {Index} of the spool's {File} was damaged since it was written: a webhook that was acknowledged is missing. The others go on; once they are delivered the file is kept as .damaged, and a person must look")]
    private partial void LogDamagedRecord(string file, int index);

    [LoggerMessage(Level = LogLevel.Error, Message = "{File} is the spool of an earlier version, which this one does not read. If that version had drained it, delete it; otherwise start that version on this folder until kkiaevents_spool_depth is 0, then delete it")]
    private partial void LogEarlier(string file);
}
