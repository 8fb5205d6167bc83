namespace KkiaEvents.Kkiapay;

/// <summary>Base of what can go wrong between KKiaPay's API and us. None of them is a payment's status.</summary>
public abstract class KkiapayException(string message, string transactionId, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The transaction that was asked about.</summary>
    public string TransactionId { get; } = transactionId;
}

/// <summary>No usable answer: transport error, time-out, 429 or 5xx. Says nothing about the payment: ask again later.</summary>
public sealed class KkiapayUnavailableException(string message, string transactionId, int? statusCode = null, TimeSpan? retryAfter = null, Exception? inner = null)
    : KkiapayException(message, transactionId, inner)
{
    /// <summary>The HTTP status, when there was an answer at all.</summary>
    public int? StatusCode { get; } = statusCode;

    /// <summary>How long the provider asks us to wait (<c>Retry-After</c>), when it says.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>401 or 403: the merchant's keys are refused. Nothing about the payment; an operator must check the keys.</summary>
public sealed class KkiapayAuthenticationException(string message, string transactionId, int statusCode)
    : KkiapayException(message, transactionId)
{
    /// <summary>401 or 403.</summary>
    public int StatusCode { get; } = statusCode;
}

/// <summary>An answer that can't be read as one about this transaction. Says nothing about the payment.</summary>
public sealed class KkiapayProtocolException(string message, string transactionId, Exception? inner = null)
    : KkiapayException(message, transactionId, inner)
{
    /// <summary>Why it can't be used.</summary>
    public UnreadableReason Reason { get; init; }

    /// <summary>The answer's HTTP status; null when unknown.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The answer's <c>Content-Type</c> as it came, cut at 100 characters; null when it had none.</summary>
    public string? ContentType { get; init; }

    /// <summary>How its body begins, up to 160 characters on one line, for a log: keys, tokens, names, addresses and digits of phone numbers are left out. Empty when there is no body.</summary>
    public string Beginning { get; init; } = "";
}
