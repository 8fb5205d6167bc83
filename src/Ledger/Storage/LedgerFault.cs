using JasperFx;
using JasperFx.Events;
using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>What an exception from the store means for the one who was writing.</summary>
public enum LedgerFault
{
    /// <summary>Somebody else wrote first: read again and decide again.</summary>
    Collision,

    /// <summary>The database can't be used right now, or not as it is set up: the same facts will go in later.</summary>
    Unavailable,

    /// <summary>These facts can't be stored, now or later: a person must look at the message.</summary>
    Poison,
}

/// <summary>Tells the three apart. Only an error that the data itself causes condemns a message.</summary>
public static class LedgerFaults
{
    /// <summary>Classifies an exception.</summary>
    public static LedgerFault Classify(Exception exception)
    {
        for (var at = exception; at is not null; at = at.InnerException)
        {
            switch (at)
            {
                case AggregateException { InnerExceptions: { Count: > 0 } many }:
                    return many.Select(Classify).Max();
                // Two namespaces have an exception of this name; which one comes depends on the way that the append took.
                case ConcurrencyException or DocumentAlreadyExistsException or ExistingStreamIdCollisionException
                    or Marten.Exceptions.ExistingStreamIdCollisionException or Marten.Exceptions.ConcurrentUpdateException or Marten.Exceptions.StreamLockedException:
                    return LedgerFault.Collision;
                case PostgresException postgres:
                    return Classify(postgres.SqlState);
                case NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException:
                    return LedgerFault.Unavailable;
            }
        }

        return LedgerFault.Poison;
    }

    /// <summary>True when an error says that its session is of no more use, though it may live: it can only read, or its server goes away, starts or recovers.</summary>
    public static bool CondemnsSession(Exception exception) => exception switch
    {
        AggregateException many => many.InnerExceptions.Any(CondemnsSession),
        ReadOnlySessionException => true,
        PostgresException postgres => CondemnsSession(postgres.SqlState),
        { InnerException: { } inner } => CondemnsSession(inner),
        _ => false,
    };

    // 08: the connection itself; a standby says 55000 where it does not say 25006.
    private static bool CondemnsSession(string sqlState) =>
        sqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.ObjectNotInPrerequisiteState
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
        || sqlState.StartsWith("08", StringComparison.Ordinal);

    private static LedgerFault Classify(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable => LedgerFault.Collision,
        // 22: the value can't be represented; 23: it breaks a constraint; 54: it is too long for an index or a row.
        _ when sqlState.StartsWith("22", StringComparison.Ordinal)
            || sqlState.StartsWith("23", StringComparison.Ordinal)
            || sqlState.StartsWith("54", StringComparison.Ordinal) => LedgerFault.Poison,
        _ => LedgerFault.Unavailable,
    };
}
