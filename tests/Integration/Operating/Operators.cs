using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using KkiaEvents.Console;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Operations.Keys;
using KkiaEvents.Tests.Integration.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>An installation with a Console, and a key of each scope.</summary>
public sealed class Operators(Services services) : Installation(services), IAsyncLifetime
{
    private readonly Dictionary<ApiScope, HttpClient> _clients = [];
    private WebApplication? _console;

    /// <summary>What the Console and everything in it logged.</summary>
    public LogLines Log { get; } = new();

    public HttpClient Anonymous { get; private set; } = null!;

    public HttpClient Reader => _clients[ApiScope.Read];

    public HttpClient Operator => _clients[ApiScope.Operate];

    public HttpClient Admin => _clients[ApiScope.Admin];

    public IServiceProvider Console => _console!.Services;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _console = ConsoleApp.Build(
            ["--urls=http://127.0.0.1:0", "--Log:Level=Error", $"--ConnectionStrings:RabbitMq={AmqpUri}", $"--ConnectionStrings:Ledger={LedgerConnection}"],
            builder => builder.Services.AddSingleton(LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log))));
        await _console.StartAsync();
        Anonymous = new() { BaseAddress = new(_console.Urls.First()) };
        await Condition.HoldsAsync("the Console is ready", async () => (await Anonymous.GetAsync("/health/ready")).IsSuccessStatusCode);
        foreach (var scope in Enum.GetValues<ApiScope>())
        {
            var made = await Console.GetRequiredService<ApiKeys>().CreateAsync($"test-{scope}", scope, "test", CancellationToken.None);
            _clients[scope] = With(made.Secret);
        }
    }

    public HttpClient With(string key) =>
        new() { BaseAddress = Anonymous.BaseAddress, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };

    /// <summary>Posts JSON and gives status and body.</summary>
    public static async Task<(int Status, JsonElement Body)> PostAsync(HttpClient client, string path, object? body = null)
    {
        using var response = body is null ? await client.PostAsync(path, null) : await client.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
        Anonymous?.Dispose();
        if (_console is not null)
            await _console.DisposeAsync();
        await DisposeAsync();
    }
}
