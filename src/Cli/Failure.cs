using KkiaEvents.Ledger.Storage;
using KkiaEvents.Operations;
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
        OperationRefusedException { Refusal: Refusal.Invalid } refused => new(ExitCodes.Usage, refused.Message),
        OperationRefusedException refused => new(ExitCodes.Found, refused.Message),
        OperationCanceledException => new(ExitCodes.Found, "Stopped."),
        _ when BrokerConnection.IsUnavailable(exception) && exception.GetBaseException() is System.Security.Authentication.AuthenticationException => new(ExitCodes.Found,
            "RabbitMQ of ConnectionStrings__RabbitMq proves to be another: its certificate is not for that host, or not signed by a trusted authority. A private authority is named as amqps://…?cacertfile=/path/ca.pem."),
        _ when BrokerConnection.IsUnavailable(exception) => new(ExitCodes.Found, $"RabbitMQ of ConnectionStrings__RabbitMq does not answer: {Reason(exception)} Is it running? Try again then."),
        JasperFx.ConcurrencyException => new(ExitCodes.Found, "Somebody else changed it at the same time: look again, then decide."),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName } =>
            new(ExitCodes.Found, "The database of ConnectionStrings__Ledger holds no ledger (yet): `KkiaEvents.Processor schema` makes it."),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } e => new(ExitCodes.Found,
            $"PostgreSQL of ConnectionStrings__Ledger refuses: {e.MessageText}. Its login may not do that: an auditor's reads, an operator's acts; `KkiaEvents.Processor schema` makes both."),
        PostgresException e => new(ExitCodes.Found, $"PostgreSQL of ConnectionStrings__Ledger refuses: {e.MessageText}."),
        NpgsqlException e when LedgerTrouble.OfTls(e) is { } trouble => new(ExitCodes.Found, $"PostgreSQL of ConnectionStrings__Ledger: {trouble}"),
        NpgsqlException e => new(ExitCodes.Found, $"PostgreSQL of ConnectionStrings__Ledger does not answer: {Reason(e)} Is it running? Try again then."),
        Marten.Exceptions.MartenCommandException { InnerException: { } inner } => Of(inner),
        HttpRequestException e => new(ExitCodes.Found, $"The Sandbox does not answer: {Reason(e)} Is it running?"),
        FileNotFoundException or DirectoryNotFoundException => new(ExitCodes.Found, exception.Message),
        IOException or UnauthorizedAccessException or InvalidOperationException or System.Text.Json.JsonException or System.Net.Sockets.SocketException =>
            new(ExitCodes.Found, $"Failed: {exception.Message}"),
        _ => null,
    };

    private static string Reason(Exception exception) => $"{exception.GetBaseException().Message.TrimEnd('.')}.";
}
