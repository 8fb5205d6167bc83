namespace KkiaEvents.Kkiapay;

/// <summary>How a webhook proved that its sender knows the secret.</summary>
public enum SignatureForm
{
    /// <summary>It did not: refuse it.</summary>
    None,

    /// <summary>HMAC-SHA256 of the body's bytes.</summary>
    Hmac,

    /// <summary>HMAC-SHA256 of the body as JavaScript's <c>JSON.stringify(JSON.parse(body))</c> writes it.</summary>
    HmacOfStringified,

    /// <summary>The secret itself.</summary>
    SharedSecret,
}

/// <summary>Checks the header <c>x-kkiapay-secret</c> of a webhook.</summary>
public static class WebhookSignature
{
    /// <summary>The header's name.</summary>
    public const string HeaderName = "x-kkiapay-secret";

    /// <summary>Checks one webhook against every configured secret.</summary>
    public static SignatureForm Check(ReadOnlySpan<byte> body, string? header, IReadOnlyList<string> secrets) =>
        throw new NotImplementedException();
}
