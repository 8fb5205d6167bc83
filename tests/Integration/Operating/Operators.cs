using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using KkiaEvents.Bus;
using KkiaEvents.Cli;
using KkiaEvents.Console;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Operations.Keys;
using KkiaEvents.Tests.Integration.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>An installation with a Console, and a key of each scope.</summary>
public class Operators(Services services) : Installation(services), IAsyncLifetime
{
    private readonly Dictionary<ApiScope, HttpClient> _clients = [];
    private static readonly string[] MessageTypes = ["urn:message:KkiaEvents.Contracts:TransactionSucceeded", "urn:message:KkiaEvents.Contracts:TransactionNotification"];

    private WebApplication? _console;

    /// <summary>What the Console and everything in it logged.</summary>
    public LogLines Log { get; } = new();

    public HttpClient Anonymous { get; private set; } = null!;

    public HttpClient Reader => _clients[ApiScope.Read];

    public HttpClient Operator => _clients[ApiScope.Operate];

    public HttpClient Admin => _clients[ApiScope.Admin];

    public IServiceProvider Console => _console!.Services;

    /// <summary>Settings of the Console beside the usual ones.</summary>
    protected virtual IReadOnlyList<string> ConsoleSettings => [];

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _console = ConsoleApp.Build(
            ["--urls=http://127.0.0.1:0", "--Log:Level=Error", $"--ConnectionStrings:RabbitMq={AmqpUriOf("operations")}", $"--ConnectionStrings:Ledger={Ledger.Console}", .. ConsoleSettings],
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

    /// <summary>Runs a kkia command line, word by word.</summary>
    public Task<KkiaRun> KkiaAsync(params string[] args) => KkiaAsync([], args);

    /// <summary>Runs a kkia command line with settings beside the usual ones.</summary>
    public async Task<KkiaRun> KkiaAsync(Dictionary<string, string?> settings, params string[] args)
    {
        settings.TryAdd("ConnectionStrings:RabbitMq", AmqpUriOf("operations"));
        settings.TryAdd("ConnectionStrings:Ledger", Ledger.Console);
        settings["Kkiapay:Merchants:default:WebhookSecrets:0"] = Secret;
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await KkiaApp.RunAsync(args, output, error, new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Posts JSON and gives status and body.</summary>
    public static async Task<(int Status, JsonElement Body)> PostAsync(HttpClient client, string path, object? body = null)
    {
        using var response = body is null ? await client.PostAsync(path, null) : await client.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    /// <summary>A client with a new key.</summary>
    public async Task<HttpClient> KeyAsync(ApiScope scope, params string[] merchants) =>
        With((await Console.GetRequiredService<ApiKeys>().CreateAsync($"test-{Guid.NewGuid():n}", scope, merchants, "test", CancellationToken.None)).Secret);

    /// <summary>Puts a webhook aside as Processor does (DeadLetters); its message id.</summary>
    public async Task<string> PutAsideAsync(string transactionId, string merchant = "default", string? id = null)
    {
        var messageId = id ?? Guid.NewGuid().ToString();
        var body = Body(transactionId);
        await using var connection = await new ConnectionFactory { Uri = new(AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var envelope = JsonSerializer.SerializeToUtf8Bytes(new
        {
            messageId,
            messageType = MessageTypes,
            message = new { deliveryId = messageId, merchant, transactionId, @event = "transaction.success", amount = 5000, body, signature = Sign(body), receivedAt = DateTimeOffset.UtcNow },
        });
        await channel.BasicPublishAsync(Topology.DeadLetters, "", mandatory: true, new BasicProperties
        {
            MessageId = messageId,
            ContentType = "application/vnd.masstransit+json",
            DeliveryMode = DeliveryModes.Persistent,
            Headers = new Dictionary<string, object?> { ["kkiaevents-reason"] = Encoding.UTF8.GetBytes("it was made to"), ["kkiaevents-queue"] = Topology.TransactionsQueue },
        }, envelope);
        return messageId;
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
        Anonymous?.Dispose();
        if (_console is not null)
            await _console.DisposeAsync();
        await DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>What a command line came to.</summary>
public sealed record KkiaRun(int Code, string Output, string Error)
{
    /// <summary>What it printed, as JSON; fails the test when the command failed.</summary>
    public JsonElement Json
    {
        get
        {
            Assert.True(Code == 0, $"{Code}: {Error}{Output}");
            return JsonDocument.Parse(Output).RootElement;
        }
    }
}
