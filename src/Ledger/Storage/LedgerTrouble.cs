using System.Security.Authentication;

namespace KkiaEvents.Ledger.Storage;

/// <summary>Says in a sentence why the database can't be used, where PostgreSQL's client does not.</summary>
public static class LedgerTrouble
{
    /// <summary>What is wrong, and which setting to look at.</summary>
    public static string Describe(Exception exception) => OfTls(exception) ?? exception.Message;

    /// <summary>The same when it is TLS that failed; null when it is not.</summary>
    public static string? OfTls(Exception exception)
    {
        for (var at = exception; at is not null; at = at.InnerException)
        {
            if (at is AuthenticationException)
                return "Its certificate is not for the Host that the connection string names, or not signed by a trusted authority. A private authority is named as `SSL Mode=VerifyFull;Root Certificate=/path/ca.pem`.";
            if (at.Message.Contains("SSL connection requested", StringComparison.OrdinalIgnoreCase))
                return "It does not speak TLS, which the connection string's SSL Mode asks for: set ssl = on in postgresql.conf, with ssl_cert_file and ssl_key_file.";
        }

        return null;
    }
}
