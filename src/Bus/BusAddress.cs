using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace KkiaEvents.Bus;

/// <summary>
/// Where the broker is: an AMQP URI (<c>amqp://user:password@host:5672/vhost</c>, or <c>amqps</c>), as RabbitMQ's URI specification has it.
/// With <c>amqps</c> the broker must prove who it is; <c>?cacertfile=/path/ca.pem</c> names a private authority to trust, in place of the system's.
/// </summary>
public sealed class BusAddress
{
    /// <summary>An AMQP URI that would do, for messages about one that does not.</summary>
    public const string Example = "amqp://user:password@localhost:5672/";

    private const string AuthorityParameter = "cacertfile";

    private readonly Lazy<X509Certificate2Collection?> _authorities;

    private BusAddress(Uri uri)
    {
        Uri = uri;
        _authorities = new(() => AuthorityFile is { } file ? Read(file) : null);
    }

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

    /// <summary>The file of the authority that signed the broker's certificate (PEM); null when the system's authorities are trusted.</summary>
    public string? AuthorityFile => ParameterOf(AuthorityParameter);

    /// <summary>Reads one; null when the text is not an AMQP URI.</summary>
    public static BusAddress? TryParse(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "amqp" or "amqps", Host.Length: > 0 } ? new(uri) : null;

    /// <summary>What is wrong with a text as an AMQP URI, as the rest of a sentence that begins with its key; null when nothing is.</summary>
    public static string? ProblemOf(string text)
    {
        if (TryParse(text) is not { } address)
            return "is not an AMQP URI (amqp:// or amqps://).";
        if (address.User.Any(char.IsControl) || address.Password.Any(char.IsControl))
            return "has a user or password with a line break or another control character in it (%0A, %0D): the file that it was made from ends in one. Take it away.";
        if (address.ParameterOf("verify") is { } verify && verify != "verify_peer")
            return "says verify, which can't be switched off: name the authority that signed the broker's certificate with cacertfile.";
        if (address.AuthorityFile is not { } file)
            return null;
        if (!address.Tls)
            return $"names a {AuthorityParameter}, but amqp:// is plain text: say amqps://.";
        try
        {
            return address._authorities.Value is { Count: > 0 } ? null : $"names {file} as {AuthorityParameter}, which holds no certificate (PEM).";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"names {file} as {AuthorityParameter}, which can't be read: {e.Message}";
        }
    }

    /// <summary>How to connect. TLS, when it is asked for, is what there is: a broker that proves nothing gets no user and no password.</summary>
    /// <param name="connectionName">What the broker's management page shows for the connection.</param>
    public ConnectionFactory Factory(string connectionName) => new()
    {
        HostName = Uri.Host,
        Port = Port,
        VirtualHost = VirtualHost,
        UserName = User,
        Password = Password,
        ClientProvidedName = connectionName,
        RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        Ssl = new()
        {
            Enabled = Tls,
            ServerName = Uri.Host,
            CertificateValidationCallback = Tls ? Check().Accepts : null,
        },
    };

    /// <summary>The check of the broker's certificate.</summary>
    internal BrokerCertificateCheck Check() => new(_authorities.Value);

    private string? ParameterOf(string name) => Uri.Query.TrimStart('?').Split('&')
        .Select(p => p.Split('=', 2)).Where(p => p.Length == 2 && p[0] == name).Select(p => Uri.UnescapeDataString(p[1])).LastOrDefault();

    private static X509Certificate2Collection Read(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates;
    }

    /// <summary>The address without user and password, for logs.</summary>
    public override string ToString() => $"{Uri.Scheme}://{Uri.Host}:{Port}/{(VirtualHost == "/" ? "" : VirtualHost)}";
}
