namespace KkiaEvents.Kkiapay;

/// <summary>
/// Hears of each attempt that got no usable answer, and may end the call there. Optional: registered as a service, it is
/// asked for all merchants; without one, each call tries again as often as <see cref="KkiapayOptions.Retries"/> says.
/// </summary>
public interface IKkiapayAttemptGuard
{
    /// <summary>An attempt failed for the provider's load or health: transport error, time-out, 408, 429 or 5xx. Called at once, from many threads; must not block.</summary>
    /// <param name="merchant">Whose call it is.</param>
    /// <param name="statusCode">The HTTP status; null when there was no answer at all.</param>
    /// <param name="retryAfter">How long the provider asks to wait (<c>Retry-After</c>), when it says.</param>
    /// <returns>False to end the call with <see cref="KkiapayUnavailableException"/> although retries are left.</returns>
    bool MayTryAgain(string merchant, int? statusCode, TimeSpan? retryAfter);
}
