namespace KkiaEvents.Kkiapay;

/// <summary>Why an answer of KKiaPay's API can't be used. New reasons may be added.</summary>
public enum UnreadableReason
{
    /// <summary>It is JSON about something else: no field of it says how the payment stands.</summary>
    SaysNothing,

    /// <summary>The body is empty.</summary>
    Empty,

    /// <summary>A web page: a proxy, a firewall or a maintenance page answered in the API's place.</summary>
    Markup,

    /// <summary>Not JSON, or JSON that is not taken: a property twice, nested too deep, two documents in one.</summary>
    NotJson,

    /// <summary>JSON that ends too early.</summary>
    Truncated,

    /// <summary>JSON, but a list, a text or a number where an object is expected.</summary>
    NotAnObject,

    /// <summary>Not in UTF-8, nor in a charset that the answer names and that is known.</summary>
    Charset,

    /// <summary>Compressed in a way that can't be undone.</summary>
    Compression,

    /// <summary>Longer than any real answer, as it came or unpacked.</summary>
    TooLarge,

    /// <summary>A redirect (3xx). It is never followed, because it would carry the keys elsewhere.</summary>
    Redirect,

    /// <summary>It names another transaction than the one asked for.</summary>
    OtherTransaction,

    /// <summary>It says two things that can't both be.</summary>
    Contradiction,

    /// <summary>A refusal (4xx) that says nothing about the transaction: a wrong address, or a request that the API no longer takes.</summary>
    Refusal,
}
