using System.Diagnostics.Metrics;
using KkiaEvents.Kkiapay;
using KkiaEvents.Processor.Settling;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Tests.Unit.Processor;

/// <summary>An API that changed is noticed: in the log at once and then each minute, in health, and in numbers.</summary>
public sealed class AnswerWatchTests : IDisposable
{
    private readonly Clock _clock = new();
    private readonly Heard _log = new();
    private readonly Merchants _merchants = new(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Kkiapay:Merchants:shop:PrivateKey"] = "sk" }).Build());
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Dictionary<string, long> _counted = [];
    private readonly MeterListener _listener = new();
    private readonly AnswerWatch _watch;

    public AnswerWatchTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, _services.GetRequiredService<IMeterFactory>()))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var key = $"{instrument.Name} {string.Join(' ', tags.ToArray().Select(t => t.Value))}";
            _counted[key] = _counted.GetValueOrDefault(key) + value;
        });
        _listener.Start();
        _watch = new(new(_services.GetRequiredService<IMeterFactory>(), _merchants), _clock, _log);
    }

    [Fact]
    public void The_first_is_said_at_once_with_what_came_and_what_to_do_and_the_others_once_a_minute()
    {
        for (var second = 0; second <= 120; second += 10)
        {
            _watch.Unreadable("shop", Page(), $"shop/t{second}");
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(3, _log.Lines.Count);
        Assert.All(_log.Lines, line => Assert.Equal(LogLevel.Error, line.Level));
        var said = _log.Lines[1].Text;
        Assert.Contains("6 since", said, StringComparison.Ordinal);
        Assert.Contains("markup", said, StringComparison.Ordinal);
        Assert.Contains("HTTP 200, text/html, beginning <html>\\u202eSoon", said, StringComparison.Ordinal);
        Assert.Contains("Kkiapay__Merchants__shop__ApiBaseUrl", said, StringComparison.Ordinal);
        Assert.Contains("shop/t60", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Three_in_half_an_hour_that_are_a_tenth_of_all_are_seen_in_health_until_they_are_old()
    {
        _watch.Unreadable("shop", Page(), "shop/t1");
        _watch.Unreadable("shop", Page(), "shop/t2");
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
        _watch.Unreadable("shop", Page(), "shop/t3");
        var health = await HealthAsync();
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.StartsWith("3 of 3 answers in the last half hour can't be read; the last one: markup: HTTP 200, text/html", health.Data["shop"].ToString(), StringComparison.Ordinal);
        for (var i = 0; i < 28; i++)
            _watch.Answered("shop");
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
        _watch.Unreadable("shop", Page(), "shop/t4");
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync()).Status);
        _clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
    }

    [Fact]
    public async Task One_payment_alone_that_is_asked_about_every_five_minutes_keeps_it_seen()
    {
        for (var i = 0; i < 10; i++)
        {
            _watch.Unreadable("shop", Page(), "shop/t1");
            if (i >= 2)
                Assert.Equal(HealthStatus.Degraded, (await HealthAsync()).Status);
            _clock.Advance(TimeSpan.FromMinutes(6.25));
        }
    }

    [Fact]
    public async Task A_status_word_that_nobody_knows_is_noticed_as_well_and_known_ones_are_not()
    {
        foreach (var word in new[] { "SETTLED", "SETTLED\n", "" })
            _watch.Answered("shop", Answer(word), "shop/t1");
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync()).Status);
        Assert.Contains("unknown_status", Assert.Single(_log.Lines).Text, StringComparison.Ordinal);
        foreach (var word in new[] { "PENDING", "pending", "isPaymentSucces:false", "COMPLETE" })
            _watch.Answered("other", Answer(word), "other/t1");
        Assert.DoesNotContain("other", (await HealthAsync()).Data.Keys);
    }

    [Fact]
    public void Each_reason_is_there_from_the_start_and_counts_among_all_answers()
    {
        foreach (var reason in Enum.GetValues<UnreadableReason>())
        {
            var name = $"kkiaevents.unreadable_answers shop {AnswerMetrics.NameOf(reason)}";
            Assert.Equal(0, _counted[name]);
            _watch.Unreadable("shop", new("?", "t1") { Reason = reason }, "shop/t1");
            Assert.Equal(1, _counted[name]);
        }

        Assert.Equal(0, _counted["kkiaevents.unreadable_answers shop unknown_status"]);
        Assert.Equal(Enum.GetValues<UnreadableReason>().Length, _counted["kkiaevents.answers shop"]);
        Assert.Equal(Enum.GetValues<UnreadableReason>().Length, Enum.GetValues<UnreadableReason>().Select(AnswerMetrics.NameOf).Distinct().Count());
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
        _merchants.Dispose();
    }

    private Task<HealthCheckResult> HealthAsync() => _watch.CheckHealthAsync(new());

    private static KkiapayProtocolException Page() =>
        new("?", "t1") { Reason = UnreadableReason.Markup, StatusCode = 200, ContentType = "text/html", Beginning = "<html>\u202eSoon" };

    private static KkiapayTransaction Answer(string word) =>
        new() { TransactionId = "t1", Status = word == "COMPLETE" ? TransactionStatus.Complete : TransactionStatus.Pending, ProviderStatus = word, Raw = "" };

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public void Advance(TimeSpan time) => _now += time;

        public override DateTimeOffset GetUtcNow() => _now;
    }

    private sealed class Heard : ILogger<AnswerWatch>
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception)));
    }
}
