using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>
/// The sessions in the pool. Npgsql drops one whose connection broke; one that lives and can't write any more is handed out
/// again and again, the latest first. So after an error that condemns a session all of them go: the next one is fresh.
/// </summary>
public sealed class LedgerSessions(NpgsqlDataSource dataSource)
{
    /// <summary>Throws the sessions away after an error that says that theirs is of no more use; does nothing after any other.</summary>
    /// <param name="exception">What a statement ended with.</param>
    /// <returns>True when they are thrown away. Those in use end when they come back.</returns>
    public bool ThrowAwayAfter(Exception exception)
    {
        if (!LedgerFaults.CondemnsSession(exception))
            return false;
        ThrowAway();
        return true;
    }

    /// <summary>Throws all sessions away. Those in use end when they come back.</summary>
    public void ThrowAway() => dataSource.Clear();
}
