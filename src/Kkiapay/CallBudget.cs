using System.Net;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// How long one call may take and how often it may try, carried by its request: the pipeline is shared by all merchants,
/// and each call brings the limits of its own. Also remembers the last answer that was no answer, for the exception.
/// </summary>
internal sealed class CallBudget(string merchant, TimeProvider clock, TimeSpan total, TimeSpan attempt, int retries)
{
    private static readonly HttpRequestOptionsKey<CallBudget> Key = new(typeof(CallBudget).FullName!);

    private readonly long _started = clock.GetTimestamp();

    public string Merchant { get; } = merchant;

    public TimeSpan Total { get; } = total;

    public TimeSpan Attempt { get; } = attempt;

    public int Retries { get; } = retries;

    public TimeSpan Elapsed => clock.GetElapsedTime(_started);

    public int? LastStatus { get; private set; }

    public TimeSpan? LastRetryAfter { get; private set; }

    public void AttachTo(HttpRequestMessage request) => request.Options.Set(Key, this);

    public static CallBudget? Of(HttpRequestMessage? request) =>
        request is not null && request.Options.TryGetValue(Key, out var budget) ? budget : null;

    /// <summary>Statuses that speak of the provider's load or health, not of the payment.</summary>
    public static bool IsUnavailable(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500;

    /// <summary>Keeps the status and <c>Retry-After</c> of an answer that is none; forgets them for any other outcome.</summary>
    public void Note(HttpResponseMessage? response)
    {
        var unavailable = response is not null && IsUnavailable(response.StatusCode);
        LastStatus = unavailable ? (int)response!.StatusCode : null;
        LastRetryAfter = unavailable ? RetryAfterOf(response!) : null;
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - clock.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
