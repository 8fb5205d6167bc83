using System.Threading.Channels;

namespace KkiaEvents.Ingress.Spooling;

/// <summary>
/// The file while it can be had: closed at the first error, opened again each second, and what is known of it. For one thread,
/// but for its state.
/// </summary>
internal sealed partial class SpoolDisk(SpoolStore store, SpoolOptions options, TimeProvider time, ILogger log) : IDisposable
{
    private const long MostLogBytes = 8 << 20;
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(5);
    private readonly Channel<bool> _filled = Channel.CreateBounded<bool>(1);
    private long _opened;
    private long _counted;
    private volatile SpoolState _state = SpoolState.Closed;

    /// <summary>How long a disk that refuses is left alone.</summary>
    public static TimeSpan Retry { get; } = TimeSpan.FromSeconds(1);

    public SpoolState State => _state;

    /// <summary>What the log takes; null while the disk refuses.</summary>
    public long? LogBytes => store.File?.LogBytes;

    /// <summary>Returns at once when something came to be in the file since the last time, also by opening it.</summary>
    public async Task FilledAsync(CancellationToken cancellationToken) => await _filled.Reader.ReadAsync(cancellationToken);

    /// <summary>Says what has changed by a piece of work.</summary>
    public void Changed(long waiting, long aside = 0) =>
        Show(_state with { Depth = _state.Depth + waiting, SetAside = _state.SetAside + aside });

    /// <summary>Opens it when it is closed and has been left alone for long enough.</summary>
    public void OpenIfDue()
    {
        if (store.File is null && time.GetElapsedTime(_opened) >= Retry)
            Open();
    }

    /// <summary>Counts the damaged files beside it, now and then: a person may have taken them away.</summary>
    public void CountDamagedIfDue()
    {
        if (time.GetElapsedTime(_counted) >= BetweenCounts)
            CountDamaged();
    }

    public void Open()
    {
        _opened = time.GetTimestamp();
        var before = _state.Problem;
        try
        {
            store.Open();
            // Counting all records takes longer the more there are, so they are counted once.
            Show(Observed(store.File!) with { Depth = store.File!.Waiting.Count(), SetAside = store.File.Aside.Count() });
            CountDamaged();
            if (before is not null && before != SpoolState.Closed.Problem)
                LogOpenAgain(options.Directory, _state.Depth);
        }
        catch (Exception e)
        {
            // Whatever it is, the service must start: it takes webhooks for the broker, and says what is wrong here.
            Refuse(e);
            if (before != _state.Problem)
                LogRefused(options.Directory, e.Message);
        }
    }

    /// <summary>Works with the file; an error closes it, and fails the work.</summary>
    public void Try(Action<SpoolFile> work, Action<SpoolException> fail)
    {
        if (store.File is not { } file)
        {
            fail(new(SpoolTrouble.Disk, _state.Problem ?? "The spool's disk refuses."));
            return;
        }

        try
        {
            work(file);
            if (file.LogBytes > MostLogBytes)
                file.Checkpoint();
            Show(Observed(file));
        }
        catch (Exception e)
        {
            // Whatever it is, it must not end the thread, and the process with it: the file is in doubt, and opened anew.
            Refuse(e);
            LogRefused(options.Directory, e.Message);
            fail(new(SpoolTrouble.Disk, _state.Problem!, e));
            Open();
        }
    }

    public void Dispose()
    {
        store.Dispose();
        _state = SpoolState.Closed;
    }

    private SpoolState Observed(SpoolFile file) => _state with { Bytes = file.Bytes, Oldest = file.Waiting.Oldest(), Problem = null };

    private void CountDamaged()
    {
        _counted = time.GetTimestamp();
        try
        {
            _state = _state with { Damaged = store.CountDamaged() };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that does not answer is told by what it refuses to keep.
        }
    }

    private void Refuse(Exception e)
    {
        store.Abandon(e);
        _state = _state with { Problem = $"The spool's disk refuses: {e.Message}" };
    }

    private void Show(SpoolState state)
    {
        var filled = state.Depth > _state.Depth;
        _state = state;
        if (filled)
            _filled.Writer.TryWrite(true);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The spool in {Directory} can't keep webhooks: {Error} Its file is closed, and what was not kept for certain is answered 503; it is opened again each second")]
    private partial void LogRefused(string directory, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The spool in {Directory} is open again, checked, with {Depth} webhooks in it")]
    private partial void LogOpenAgain(string directory, long depth);
}
