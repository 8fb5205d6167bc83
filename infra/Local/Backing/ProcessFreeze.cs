namespace KkiaEvents.Local.Backing;

/// <summary>
/// SIGSTOP, and the wait until it took hold: one thread of the process takes the signal, whenever it comes to run, and until
/// then the others go on answering.
/// </summary>
internal static class ProcessFreeze
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <exception cref="BackingServiceException">There is no such process, or it runs on.</exception>
    public static async Task FreezeAsync(int process)
    {
        if (!await TryFreezeAsync(process).ConfigureAwait(false))
            throw new BackingServiceException($"Process {process} does not run.");
    }

    /// <summary>The same for a process and all that it started: a frozen postmaster alone would leave its sessions running.</summary>
    /// <exception cref="BackingServiceException">There is no such process, or one of them runs on.</exception>
    public static async Task FreezeTreeAsync(int root)
    {
        if (!await TryFreezeTreeAsync(root).ConfigureAwait(false))
            throw new BackingServiceException($"Process {root} does not run.");
    }

    private static async Task<bool> TryFreezeTreeAsync(int root)
    {
        if (!await TryFreezeAsync(root).ConfigureAwait(false))
            return false;
        // Frozen, it starts no more of them.
        foreach (var child in ProcessTable.ChildrenOf(root))
            await TryFreezeTreeAsync(child).ConfigureAwait(false);
        return true;
    }

    private static async Task<bool> TryFreezeAsync(int process)
    {
        if (!UnixSignal.Stop.Send(process))
            return false;
        using var end = new CancellationTokenSource(Deadline);
        while (!ProcessTable.IsFrozen(process))
        {
            if (end.IsCancellationRequested)
                throw new BackingServiceException($"Process {process} runs on {Deadline.TotalSeconds} s after SIGSTOP.");
            await Task.Delay(5).ConfigureAwait(false);
        }

        return true;
    }
}
