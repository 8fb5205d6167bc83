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
            if (at is TopologyException)
                return at.Message;
            if (at is AuthenticationFailureException)
                return $"it refuses user '{address.User}'. Check user and password in ConnectionStrings__RabbitMq.";
            if (at is System.Security.Authentication.AuthenticationException && at.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase))
                return address.AuthorityFile is { } file
                    ? $"its certificate is not for '{address.Uri.Host}', or not signed by the authority in {file}. Check the host and cacertfile in ConnectionStrings__RabbitMq."
                    : $"its certificate is not for '{address.Uri.Host}', or not signed by an authority that this machine trusts. A private authority is named in ConnectionStrings__RabbitMq: amqps://…?cacertfile=/path/ca.pem";
            innermost = at;
        }

        if (address.Tls && innermost is IOException or System.Security.Authentication.AuthenticationException)
            return $"it does not speak TLS at port {address.Port} ({innermost.Message}). Give its TLS port (5671 as a rule) in ConnectionStrings__RabbitMq.";

        return innermost is System.Net.Sockets.SocketException socket
            ? $"{socket.Message}. Is it running, and is ConnectionStrings__RabbitMq right?"
            : $"{innermost.Message.TrimEnd('.')}. Is a RabbitMQ there, and is ConnectionStrings__RabbitMq right?";
    }
}
