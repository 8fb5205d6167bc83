using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CliWrap;
using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Supervision;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>Ingress as a process of its own, with a spool that outlives it; it can be killed and started again.</summary>
internal sealed class IngressProcess(string amqpUri, string spool, bool keep = false) : IAsyncDisposable
{
    public const string Secret = "whsec_test_0123456789";

    // As the provider does: later, it is gone and nobody hears the answer.
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(7.5), BaseAddress = new($"http://127.0.0.1:{LoopbackPort.Free()}") };
    private readonly List<string> _lines = [];
    private SupervisedProcess? _process;

    public string Lines
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines);
        }
    }

    public bool HasExited => _process!.HasExited;

    public int Id => _process!.Id;

    public int ExitCode => _process!.ExitCode;

    /// <summary>Starts it, under another program when one is given; returns once it answers.</summary>
    public async Task StartAsync(string[]? under = null, params (string Key, string Value)[] settings)
    {
        Launch(under, settings);
        await Condition.HoldsAsync("Ingress answers", async () =>
        {
            Assert.False(HasExited, Lines);
            using var alive = await _http.GetAsync("/health/live");
            return alive.IsSuccessStatusCode;
        });
    }

    public void Launch(string[]? under = null, params (string Key, string Value)[] settings)
    {
        var environment = new Dictionary<string, string?>
        {
            ["ConnectionStrings__RabbitMq"] = amqpUri, ["ASPNETCORE_URLS"] = _http.BaseAddress!.GetLeftPart(UriPartial.Authority),
            ["Kkiapay__Merchants__default__WebhookSecrets__0"] = Secret, ["Ingress__Spool__Directory"] = spool, ["Log__Format"] = "Text", ["Operations__Url"] = "shared",
        };
        foreach (var (key, value) in settings)
            environment[key] = value;
        string[] command = [.. under ?? [], "dotnet", Layout.OfThisCheckout().Program("src/Ingress", "KkiaEvents.Ingress")];
        _process = SupervisedProcess.Start(
            Cli.Wrap(command[0]).WithArguments(command[1..]).WithWorkingDirectory(Path.GetTempPath()).WithEnvironmentVariables(environment),
            line =>
            {
                lock (_lines)
                    _lines.Add(line);
            });
    }

    /// <summary>Posts a webhook as the provider does.</summary>
    /// <returns>The answer; null when there was none.</returns>
    public async Task<Answer?> PostAsync(string transactionId, string kind = "transaction.success", string? order = null, string salt = "")
    {
        var body = JsonSerializer.Serialize(new
        {
            @event = kind, transactionId, isPaymentSucces = kind == "transaction.success", amount = 5000, label = salt,
            stateData = order is null ? null : new { orderId = order },
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhook/kkiapay") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-kkiapay-secret", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(body))));
        try
        {
            using var response = await _http.SendAsync(request);
            return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.RetryAfter is not null);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The answer of <c>/health/ready</c>, and its status.</summary>
    public async Task<(int Status, JsonElement Body)> HealthAsync()
    {
        using var response = await _http.GetAsync("/health/ready");
        return ((int)response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()));
    }

    /// <summary>Waits until it has nothing to complain of, the broker included.</summary>
    public Task IsHealthyAsync() => Condition.HoldsAsync("Ingress is healthy", async () => (await HealthAsync()).Body.GetProperty("status").GetString() == "Healthy");

    /// <summary>How many webhooks are in its spool.</summary>
    public async Task<long> SpooledAsync() =>
        (await HealthAsync()).Body.GetProperty("checks").GetProperty("spool").GetProperty("data").GetProperty("spooled").GetInt64();

    public Task<string> MetricsAsync() => _http.GetStringAsync("/metrics");

    /// <summary>kill -9, of all that was started.</summary>
    public Task KillAsync()
    {
        UnixSignal.Kill.SendToTree(_process!.Id);
        return _process.Exited;
    }

    public Task StopAsync() => _process!.StopAsync(UnixSignal.Terminate, TimeSpan.FromSeconds(30));

    public Task Exited => _process!.Exited;

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _http.Dispose();
        if (!keep && Directory.Exists(spool))
            Directory.Delete(spool, recursive: true);
    }
}

/// <summary>What the provider hears.</summary>
internal sealed record Answer(int Status, string Body, bool RetryAfter);
