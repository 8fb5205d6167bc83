using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace KkiaEvents.Kkiapay;

/// <summary>
/// The one HTTP pipeline of all merchants: total time-out, retries, attempt time-out, bounded reading, pooled connections.
/// It holds no key and no limit of its own; each request brings both (<see cref="CallBudget"/>).
/// </summary>
internal static class KkiapayPipeline
{
    private const int MaxRetries = 10;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WithoutBudget = TimeSpan.FromSeconds(30);

    public static void AddTo(IServiceCollection services)
    {
        var client = services.AddHttpClient(KkiapayTelemetry.Name, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
            {
                // A redirect would carry the keys to wherever it points.
                AllowAutoRedirect = false,
                UseCookies = false,
                ConnectTimeout = TimeSpan.FromSeconds(10),
                // New connections follow the provider's DNS; the handler itself can then live for ever.
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();

        client.AddResilienceHandler("calls", static (pipeline, context) =>
        {
            pipeline.TimeProvider = context.ServiceProvider.GetService<TimeProvider>() ?? TimeProvider.System;
            pipeline
                .AddTimeout(TimeoutBy(static budget => budget.Total))
                .AddRetry(Retries(context.ServiceProvider.GetService<IKkiapayAttemptGuard>()))
                .AddTimeout(TimeoutBy(static budget => budget.Attempt));
        });
        client.AddHttpMessageHandler(static () => new AnswerHandler());
    }

    private static HttpTimeoutStrategyOptions TimeoutBy(Func<CallBudget, TimeSpan> limit) => new()
    {
        TimeoutGenerator = args =>
            ValueTask.FromResult(CallBudget.Of(args.Context.GetRequestMessage()) is { } budget ? limit(budget) : WithoutBudget),
    };

    private static HttpRetryStrategyOptions Retries(IKkiapayAttemptGuard? guard) => new()
    {
        MaxRetryAttempts = MaxRetries,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = FirstDelay,
        MaxDelay = LongestDelay,
        ShouldRetryAfterHeader = false,
        ShouldHandle = args => ValueTask.FromResult(ShouldRetry(args.Context, args.Outcome, args.AttemptNumber, guard)),
        DelayGenerator = static args => ValueTask.FromResult(DelayOf(args.Context)),
    };

    private static bool ShouldRetry(ResilienceContext context, Outcome<HttpResponseMessage> outcome, int attempt, IKkiapayAttemptGuard? guard)
    {
        if (CallBudget.Of(context.GetRequestMessage()) is not { } budget)
            return false;

        budget.Note(outcome.Result);
        var transient = outcome.Exception switch
        {
            null => budget.LastStatus is not null,
            HttpRequestException or TimeoutRejectedException => true,
            // How SocketsHttpHandler reports its connect time-out; a caller's own cancellation has no such cause.
            OperationCanceledException { InnerException: TimeoutException } => !context.CancellationToken.IsCancellationRequested,
            _ => false,
        };

        if (!transient || guard?.MayTryAgain(budget.Merchant, budget.LastStatus, budget.LastRetryAfter) == false)
            return false;

        // A wait that outlasts the call would only turn the provider's "later" into a time-out of ours.
        return attempt < budget.Retries && budget.LastRetryAfter.GetValueOrDefault() < budget.Total - budget.Elapsed;
    }

    /// <summary>What <c>Retry-After</c> says and a little more, so that many callers don't come back at once; else the backoff.</summary>
    private static TimeSpan? DelayOf(ResilienceContext context) =>
        CallBudget.Of(context.GetRequestMessage())?.LastRetryAfter is { } wait
            ? wait + (FirstDelay * Random.Shared.NextDouble())
            : null;
}
