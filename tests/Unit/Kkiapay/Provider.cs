using System.Collections.Concurrent;
using System.Net;
using System.Text;
using KkiaEvents.Kkiapay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>Stands where the network would: answers each request as told, and keeps what was sent.</summary>
internal sealed class Provider(Func<int, HttpResponseMessage> answer) : HttpMessageHandler, ILoggerProvider, ILogger
{
    public const string Id = "txn_abc123456789";

    private int _count;

    public ConcurrentQueue<Sent> Requests { get; } = new();

    public ConcurrentQueue<string> Logged { get; } = new();

    public static Provider Answering(params HttpResponseMessage[] answers) =>
        new(n => answers[Math.Min(n, answers.Length - 1)]);

    public static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Complete() =>
        Json($$"""{"transactionId":"{{Id}}","status":"COMPLETE","amount":5000}""");

    public static HttpResponseMessage Status(int status, string? retryAfter = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        if (retryAfter is not null)
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        return response;
    }

    /// <summary>Services with one default merchant whose requests end here.</summary>
    public ServiceProvider Services(Action<KkiapayOptions>? configure = null, TimeProvider? clock = null)
    {
        var services = new ServiceCollection();
        if (clock is not null)
            services.AddSingleton(clock);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(this));
        services.AddKkiapay(o =>
        {
            o.PrivateKey = "private-1";
            configure?.Invoke(o);
        });
        AttachTo(services);
        return services.BuildServiceProvider();
    }

    public void AttachTo(IServiceCollection services) =>
        services.AddHttpClient(KkiapayTelemetry.Name).ConfigurePrimaryHttpMessageHandler(() => this);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Logged.Enqueue($"{formatter(state, exception)} {exception}");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var headers = request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(",", h.Value));
        Requests.Enqueue(new Sent(request.Method.Method, request.RequestUri!.AbsoluteUri, headers, body, request.Content?.Headers.ContentType?.MediaType));
        return answer(Interlocked.Increment(ref _count) - 1);
    }
}

/// <summary>A request as it left.</summary>
internal sealed record Sent(string Method, string Address, IReadOnlyDictionary<string, string> Headers, string Body, string? ContentType);
