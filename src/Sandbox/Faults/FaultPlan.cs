namespace KkiaEvents.Sandbox.Faults;

/// <summary>What goes wrong with the provider's API. Rates are 0 to 1.</summary>
internal sealed record FaultPlan
{
    /// <summary>Before every answer, milliseconds.</summary>
    public int LatencyMs { get; init; }

    /// <summary>Up to that much more, at random.</summary>
    public int LatencyJitterMs { get; init; }

    public double ErrorRate { get; init; }

    /// <summary>HTTP status of such an error.</summary>
    public int ErrorStatus { get; init; } = 500;

    /// <summary>Beyond that many calls a second: 429. Null: no limit.</summary>
    public int? RateLimitPerSecond { get; init; }

    /// <summary>What a 429 tells in <c>Retry-After</c>.</summary>
    public int RetryAfterSeconds { get; init; } = 1;

    /// <summary>401 to every key.</summary>
    public bool RejectKeys { get; init; }

    /// <summary>Rate of calls whose connection breaks before anything is done.</summary>
    public double DropConnections { get; init; }

    /// <summary>Rate of refunds that are done, and whose answer is lost.</summary>
    public double LoseAnswers { get; init; }

    /// <summary>Every refund is refused (<c>FAILED</c>, <c>NOT_REVERTED</c>), and not done.</summary>
    public bool RefuseRefunds { get; init; }

    /// <summary>The next verification of one transaction answers this status word.</summary>
    public Lie? LieOnce { get; init; }

    /// <summary>What becomes of answers, by the names of <see cref="GarbledAnswer.Names"/>; null leaves them as they are.</summary>
    public string? Garble { get; init; }

    /// <summary>Rate of answers that are garbled.</summary>
    public double GarbleRate { get; init; } = 1;

    /// <summary>The answer to every call, word for word, and nothing is done; null for the usual ones.</summary>
    public Dictated? Dictate { get; init; }

    /// <summary>No answer at all, until the faults are changed or the caller gives up.</summary>
    public bool Hang { get; init; }
}

/// <summary>An answer, word for word.</summary>
internal sealed record Dictated(int Status, string Body, string ContentType = "application/json");

/// <summary>A status word, of either dialect or of none, that one verification answers.</summary>
internal sealed record Lie(string TransactionId, string Status);
