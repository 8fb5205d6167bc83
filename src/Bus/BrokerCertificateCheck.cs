using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace KkiaEvents.Bus;

/// <summary>Whether the broker is who its address says. MassTransit alone would take a certificate of any authority (its default accepts errors of the chain).</summary>
/// <param name="authorities">The only authorities that are trusted; null for the system's.</param>
internal sealed class BrokerCertificateCheck(X509Certificate2Collection? authorities)
{
    /// <summary>The name must be right, and the chain must end at a trusted authority.</summary>
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (authorities is null || certificate is null)
            return errors == SslPolicyErrors.None;
        // Whatever the system thinks of the chain, only these count; they have no say in the name.
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        // A private authority seldom says where it revokes.
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1")); // serverAuth
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var presented = new X509Certificate2(certificate);
        return own.Build(presented);
    }
}
