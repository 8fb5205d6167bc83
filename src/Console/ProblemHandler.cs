using System.Globalization;
using System.Text.Json;
using KkiaEvents.Console.Auditing;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Operations;
using KkiaEvents.ServiceDefaults;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace KkiaEvents.Console;

/// <summary>Tells what went wrong as problem+json (RFC 9457): what the caller can change, in words; what it can't, without details.</summary>
internal sealed class ProblemHandler(IProblemDetailsService problems, LedgerSessions sessions) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The next try has a session that is fresh.
        var condemned = sessions.ThrowAwayAfter(exception);
        var (status, title, detail) = exception switch
        {
            OperationRefusedException { Refusal: Refusal.NotFound } e => (404, "Not found", e.Message),
            OperationRefusedException { Refusal: Refusal.Conflict } e => (409, "Conflict", e.Message),
            OperationRefusedException e => (400, "Refused", e.Message),
            BadHttpRequestException { StatusCode: 403 } e => (403, "Forbidden", e.Message),
            BadHttpRequestException e => (e.StatusCode, "Bad request", e.InnerException is JsonException json ? Said(json) : e.Message),
            ConfigurationProblemException e => (500, "Configuration", string.Join(" ", e.Problems.Select(p => $"{p.Key} {p.Problem}"))),
            WholeLedgerBusyException e => (429, "Busy", e.Message),
            JasperFx.ConcurrencyException => (409, "Conflict", "Somebody else changed it at the same time: look again, then decide."),
            _ when BrokerConnection.IsUnavailable(exception) => (503, "No broker", "RabbitMQ can't be reached now: try again."),
            _ when condemned => (503, "No ledger", "The ledger's database can't be written now (it is read-only, or restarts): nothing was changed. Try again."),
            NpgsqlException { IsTransient: true } => (503, "No ledger", "The ledger's database can't be reached now: try again."),
            _ => (0, "", ""),
        };
        if (status == 0)
            return false;
        httpContext.Response.StatusCode = status;
        if (exception is WholeLedgerBusyException)
            httpContext.Response.Headers.RetryAfter = WholeLedgerBusyException.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        var problem = new ProblemDetails { Status = status, Title = title, Detail = detail };
        if (exception.InnerException is JsonException { Path: { } path })
            problem.Extensions["path"] = path;
        return await problems.TryWriteAsync(new() { HttpContext = httpContext, Exception = exception, ProblemDetails = problem });
    }

    // A sentence of ours goes on from the field's name; the library's says everything itself.
    private static string Said(JsonException json) =>
        json.Path is { Length: > 2 } path && json.Message.Length > 0 && char.IsAsciiLetterLower(json.Message[0]) ? $"'{path[2..]}' {json.Message}" : json.Message;
}
