namespace KkiaEvents.Bus;

/// <summary>Where the broker is: an AMQP URI (<c>amqp://user:password@host:5672/vhost</c>, or <c>amqps</c>), as RabbitMQ's URI specification has it.</summary>
public sealed class BusAddress
{
    /// <summary>An AMQP URI that would do, for messages about one that does not.</summary>
    public const string Example = "amqp://user:password@localhost:5672/";

    private BusAddress(Uri uri) => Uri = uri;

    /// <summary>The URI, password included: never log it.</summary>
    public Uri Uri { get; }

    /// <summary>True for <c>amqps</c>.</summary>
    public bool Tls => Uri.Scheme == "amqps";

    /// <summary>The port.</summary>
    public ushort Port => (ushort)(Uri.Port > 0 ? Uri.Port : Tls ? 5671 : 5672);

    /// <summary>The virtual host; <c>/</c> when the URI names none.</summary>
    public string VirtualHost => Uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(Uri.AbsolutePath[1..]) : "/";

    /// <summary>The user; <c>guest</c> when the URI names none.</summary>
    public string User => Uri.UserInfo.Split(':') is [{ Length: > 0 } user, ..] ? Uri.UnescapeDataString(user) : "guest";

    /// <summary>The password; <c>guest</c> when the URI names none.</summary>
    public string Password => Uri.UserInfo.Split(':', 2) is [_, var password] ? Uri.UnescapeDataString(password) : "guest";

    /// <summary>Reads one; null when the text is not an AMQP URI.</summary>
    public static BusAddress? TryParse(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "amqp" or "amqps", Host.Length: > 0 } ? new(uri) : null;

    /// <summary>What is wrong with a text as an AMQP URI, as the rest of a sentence that begins with its key; null when nothing is.</summary>
    public static string? ProblemOf(string text) => TryParse(text) is null ? "is not an AMQP URI (amqp:// or amqps://)." : null;

    /// <summary>The address without user and password, for logs.</summary>
    public override string ToString() => $"{Uri.Scheme}://{Uri.Host}:{Port}/{(VirtualHost == "/" ? "" : VirtualHost)}";
}
