using RabbitMQ.Client.Exceptions;

namespace KkiaEvents.Bus;

/// <summary>Says in a sentence why the broker can't be used. RabbitMQ's client wraps the reason several times.</summary>
public static class BrokerTrouble
{
    /// <summary>The reason, and which setting to look at.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="address">Where the broker was looked for.</param>
    public static string Describe(Exception exception, BusAddress address)
    {
        var innermost = exception;
        for (var at = exception; at is not null; at = at is AggregateException { InnerExceptions.Count: > 0 } many ? many.InnerExceptions[^1] : at.InnerException)
        {
            if (at is AuthenticationFailureException)
                return $"it refuses user '{address.User}'. Check user and password in ConnectionStrings__RabbitMq.";
            innermost = at;
        }

        return innermost is System.Net.Sockets.SocketException socket
            ? $"{socket.Message}. Is it running, and is ConnectionStrings__RabbitMq right?"
            : innermost.Message;
    }
}
