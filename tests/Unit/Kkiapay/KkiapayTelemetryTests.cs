using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using KkiaEvents.Kkiapay;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Tests.Unit.Kkiapay;

public sealed class KkiapayTelemetryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, "{\"status\":\"PENDING\"}", KkiapayDialect.Rest, "rest", "pending")]
    [InlineData(200, "{\"status\":\"COMPLETE\",\"amount\":1}", KkiapayDialect.Sdk, "sdk", "complete")]
    [InlineData(404, "", KkiapayDialect.Rest, "rest", "not_found")]
    [InlineData(401, "", KkiapayDialect.Sdk, "sdk", "refused_keys")]
    [InlineData(503, "", KkiapayDialect.Rest, "rest", "unavailable")]
    [InlineData(200, "[]", KkiapayDialect.Rest, "rest", "unreadable")]
    public async Task A_verification_is_measured_by_dialect_and_result(int status, string body, KkiapayDialect dialect, string expectedDialect, string expectedResult)
    {
        var id = $"t{Guid.NewGuid():N}";
        var provider = new Provider(_ => Provider.Json(body, (System.Net.HttpStatusCode)status));
        await using var services = provider.Services(o =>
        {
            o.PublicKey = "pub";
            o.SecretKey = "sec";
            o.Dialect = dialect;
            o.Retries = 0;
        });
        var ended = new ConcurrentQueue<Activity>();
        var measured = new ConcurrentQueue<(double Value, string Tags)>();
        using var activities = Listen(ended);
        using var meters = Listen(measured);

        // Other tests measure at the same time: this one's own flow is told apart by an async local.
        Mine.Value = true;
        await Record.ExceptionAsync(() => services.GetRequiredService<IKkiapayClient>().VerifyAsync(id, Stop));

        var activity = Assert.Single(ended, a => (string?)a.GetTagItem("kkiapay.transaction_id") == id);
        Assert.Equal("kkiapay.verify", activity.OperationName);
        Assert.Equal(ActivityKind.Client, activity.Kind);
        Assert.Equal(expectedResult, activity.GetTagItem("kkiapay.result"));
        Assert.Equal("default", activity.GetTagItem("kkiapay.merchant"));
        var (value, tags) = Assert.Single(measured);
        Assert.True(value >= 0);
        Assert.Equal($"kkiapay.dialect={expectedDialect} kkiapay.result={expectedResult}", tags);
    }

    private static readonly AsyncLocal<bool> Mine = new();

    private static ActivityListener Listen(ConcurrentQueue<Activity> ended)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == KkiapayTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static MeterListener Listen(ConcurrentQueue<(double Value, string Tags)> measured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == KkiapayTelemetry.Name && instrument is { Name: "kkiapay.verify.duration", Unit: "s" })
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            if (Mine.Value)
                measured.Enqueue((value, string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}"))));
        });
        listener.Start();
        return listener;
    }
}
