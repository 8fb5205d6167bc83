using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KkiaEvents.Local.Backing;
using KkiaEvents.Tests.Integration.Infrastructure;
using Npgsql;

namespace KkiaEvents.Tests.Integration.Rights;

/// <summary>A PostgreSQL and a RabbitMQ of their own that speak TLS, with certificates of an authority that exists for this run only.</summary>
public sealed class TlsServers(Services services) : IAsyncLifetime
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"kkiaevents-{Guid.NewGuid():n}");
    private BackingServices? _backing;

    /// <summary>The authority that signed the servers' certificates, as a file.</summary>
    public string Authority => Path.Combine(_directory, "authority.pem");

    /// <summary>Another authority, of the same name.</summary>
    public string OtherAuthority => Path.Combine(_directory, "other.pem");

    /// <summary>The certificates are for 127.0.0.1, and for no name.</summary>
    public string Broker(string service, string host = "127.0.0.1", string? authority = null) =>
        $"amqps://{Account(service).User}:{Account(service).Password}@{host}:{_backing!.BrokerEndpoint.TlsPort}/{BrokerEndpoint.DefaultVirtualHost}{(authority is null ? "" : $"?cacertfile={Uri.EscapeDataString(authority)}")}";

    public int PlainBrokerPort => _backing!.BrokerEndpoint.Port;

    public int TlsBrokerPort => _backing!.BrokerEndpoint.TlsPort!.Value;

    public string Ledger(string host = "127.0.0.1", string? authority = null) =>
        new NpgsqlConnectionStringBuilder(_backing!.DatabaseEndpoint.ConnectionString()) { Host = host, SslMode = SslMode.VerifyFull, RootCertificate = authority ?? Authority, Timeout = 15 }.ConnectionString;

    /// <summary>Skips a test where servers run in containers, which get no certificates here.</summary>
    public void Require() => Assert.SkipUnless(_backing is not null, "Containers have no certificates here.");

    public async ValueTask InitializeAsync()
    {
        if (services.Kind != ServicesKind.Private)
            return;
        Directory.CreateDirectory(_directory);
        using var authority = MakeAuthority();
        using var other = MakeAuthority();
        await File.WriteAllTextAsync(Authority, authority.ExportCertificatePem());
        await File.WriteAllTextAsync(OtherAuthority, other.ExportCertificatePem());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var server = MakeServer(authority, key);
        _backing = LocalServices.In(Path.Combine(_directory, "servers"), ServicesKind.Private, new LocalServicesOptions
        {
            Durable = false,
            Tls = new(server.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), authority.ExportCertificatePem()),
        });
        await _backing.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_backing is not null)
        {
            await _backing.DisposeAsync();
            LocalServices.Delete(Path.Combine(_directory, "servers"));
        }

        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    private BrokerEndpoint Account(string service) => _backing!.BrokerEndpoint.As(service);

    private static X509Certificate2 MakeAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=KkiaEvents test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 MakeServer(X509Certificate2 authority, ECDsa key)
    {
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1")], false));
        return request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
    }
}
