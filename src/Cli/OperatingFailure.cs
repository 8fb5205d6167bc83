using KkiaEvents.Operations;

namespace KkiaEvents.Cli;

/// <summary>The errors of commands that act, beside those of asking (<see cref="Failure"/>).</summary>
internal static class OperatingFailure
{
    /// <summary>What an exception means; null when it is a fault of the program itself.</summary>
    public static Failure? Of(Exception exception) => exception switch
    {
        OperationRefusedException { Refusal: Refusal.Invalid } refused => new(ExitCodes.Usage, refused.Message),
        OperationRefusedException refused => new(ExitCodes.Found, refused.Message),
        _ when BrokerConnection.IsUnavailable(exception) && exception.GetBaseException() is System.Security.Authentication.AuthenticationException => new(ExitCodes.Found,
            "RabbitMQ of ConnectionStrings__RabbitMq proves to be another: its certificate is not for that host, or not signed by a trusted authority. A private authority is named as amqps://…?cacertfile=/path/ca.pem."),
        _ when BrokerConnection.IsUnavailable(exception) => new(ExitCodes.Found, $"RabbitMQ of ConnectionStrings__RabbitMq does not answer: {Failure.Reason(exception)} Is it running? Try again then."),
        JasperFx.ConcurrencyException => new(ExitCodes.Found, "Somebody else changed it at the same time: look again, then decide."),
        Marten.Exceptions.MartenCommandException { InnerException: { } inner } => Of(inner),
        HttpRequestException e => new(ExitCodes.Found, $"The Sandbox does not answer: {Failure.Reason(e)} Is it running?"),
        _ => Failure.Of(exception),
    };
}
