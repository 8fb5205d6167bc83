using KkiaEvents.Operations;
using KkiaEvents.ServiceDefaults;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace KkiaEvents.Console;

/// <summary>Tells what went wrong as problem+json (RFC 9457): what the caller can change, in words; what it can't, without details.</summary>
internal sealed class ProblemHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var (status, title, detail) = exception switch
        {
            OperationRefusedException { Refusal: Refusal.NotFound } e => (404, "Not found", e.Message),
            OperationRefusedException { Refusal: Refusal.Conflict } e => (409, "Conflict", e.Message),
            OperationRefusedException e => (400, "Refused", e.Message),
            BadHttpRequestException e => (e.StatusCode, "Bad request", e.InnerException is System.Text.Json.JsonException json ? json.Message : e.Message),
            ConfigurationProblemException e => (500, "Configuration", string.Join(" ", e.Problems.Select(p => $"{p.Key} {p.Problem}"))),
            JasperFx.ConcurrencyException => (409, "Conflict", "Somebody else changed it at the same time: look again, then decide."),
            _ when BrokerConnection.IsUnavailable(exception) => (503, "No broker", "RabbitMQ can't be reached now: try again."),
            NpgsqlException { IsTransient: true } => (503, "No ledger", "The ledger's database can't be reached now: try again."),
            _ => (0, "", ""),
        };
        if (status == 0)
            return false;
        httpContext.Response.StatusCode = status;
        return await problems.TryWriteAsync(new()
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new ProblemDetails { Status = status, Title = title, Detail = detail },
        });
    }
}
