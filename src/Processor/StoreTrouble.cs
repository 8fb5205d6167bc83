using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Processor;

/// <summary>Where whoever fails at the ledger says so. It throws useless sessions away, and wakes who finds out whether the ledger is away.</summary>
internal sealed class StoreTrouble(LedgerSessions sessions) : WakeUp
{
    public void Report(Exception exception)
    {
        sessions.ThrowAwayAfter(exception);
        if (LedgerFaults.Classify(exception) == LedgerFault.Unavailable)
            Wake();
    }
}
