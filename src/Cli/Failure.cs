using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.ServiceDefaults;
using Npgsql;

namespace KkiaEvents.Cli;

/// <summary>An error in words for the one who typed the command, and the code to end with.</summary>
internal sealed record Failure(int ExitCode, string Message)
{
    /// <summary>What an exception means; null when it is a fault of the program itself.</summary>
    public static Failure? Of(Exception exception) => exception switch
    {
        ConfigurationProblemException wrong => new(ExitCodes.Configuration, string.Join('\n',
            wrong.Problems.Select(p => $"  {p.Key} {p.Problem}\n    Example: {p.Key}={p.Example}").Prepend("The configuration does not allow this (after ./run: source .run/env):"))),
        UsageException wrong => new(ExitCodes.Usage, wrong.Message),
        OperationCanceledException => new(ExitCodes.Found, "Stopped."),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName } =>
            new(ExitCodes.Found, "The database of ConnectionStrings__Ledger holds no ledger (yet): `KkiaEvents.Processor schema` makes it."),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } e => new(ExitCodes.Found,
            $"PostgreSQL of ConnectionStrings__Ledger refuses: {e.MessageText}. Its login may not do that: an auditor's reads, an operator's acts; `KkiaEvents.Processor schema` makes both."),
        PostgresException e => new(ExitCodes.Found, $"PostgreSQL of ConnectionStrings__Ledger refuses: {e.MessageText}."),
        NpgsqlException e when LedgerTrouble.OfTls(e) is { } trouble => new(ExitCodes.Found, $"PostgreSQL of ConnectionStrings__Ledger: {trouble}"),
        NpgsqlException e => new(ExitCodes.Found, $"PostgreSQL of ConnectionStrings__Ledger does not answer: {Reason(e)} Is it running? Try again then."),
        UnreadableExportException wrong => new(ExitCodes.Found, wrong.Message),
        FileNotFoundException or DirectoryNotFoundException => new(ExitCodes.Found, exception.Message),
        IOException or UnauthorizedAccessException or InvalidOperationException or System.Text.Json.JsonException or System.Net.Sockets.SocketException =>
            new(ExitCodes.Found, $"Failed: {exception.Message}"),
        _ => null,
    };

    /// <summary>What it comes down to, as a sentence.</summary>
    public static string Reason(Exception exception) => $"{exception.GetBaseException().Message.TrimEnd('.')}.";
}
