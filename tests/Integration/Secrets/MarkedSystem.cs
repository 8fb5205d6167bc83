using System.Net.Http.Headers;
using System.Text;
using KkiaEvents.Tests.Integration.Infrastructure;
using Npgsql;

namespace KkiaEvents.Tests.Integration.Secrets;

/// <summary>
/// The whole system as processes, with a mark of its own for every secret, logs at their most talkative, traces exported
/// and the bus overheard.
/// </summary>
public sealed class MarkedSystem(Services services) : IAsyncLifetime
{
    private readonly Dictionary<string, string> _marks = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kkiaevents-marked-");
    private readonly List<ServiceProcess> _processes = [];
    private readonly string _name = Services.UniqueName("marked");
    private SpanCollector? _collector;
    private BusTap? _tap;

    public Evidence Evidence { get; } = new();

    /// <summary>Every secret, by what it is.</summary>
    public IReadOnlyDictionary<string, string> Marks => _marks;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public HttpClient Sandbox => _processes[0].Http;

    internal ServiceProcess Ingress => _processes[1];

    internal ServiceProcess Console => _processes[3];

    /// <summary>Console, with a key that may do everything.</summary>
    public HttpClient Admin { get; } = new();

    public string SecretsDirectory => _folder.CreateSubdirectory("secrets").FullName;

    /// <summary>A secret of that kind: made once, recognised everywhere.</summary>
    public string Mark(string kind) => _marks.TryGetValue(kind, out var mark) ? mark : _marks[kind] = $"M{Guid.NewGuid():n}k";

    public async ValueTask InitializeAsync()
    {
        await MakeAccountsAsync();
        _collector = await SpanCollector.StartAsync(Evidence);
        _processes.Add(Start("Sandbox", new()
        {
            ["Sandbox__Merchants__default__PublicKey"] = Mark("public key"), ["Sandbox__Merchants__default__PrivateKey"] = Mark("private key"),
            ["Sandbox__Merchants__default__SecretKey"] = Mark("secret key"), ["Sandbox__Merchants__default__WebhookSecret"] = Mark("webhook secret"),
            ["Sandbox__Merchants__default__WebhookUrl"] = "http://127.0.0.1:1/unused",
        }));
        File.WriteAllText(Path.Combine(SecretsDirectory, "Kkiapay__Merchants__strange__PrivateKey"), Mark("private key that KKiaPay refuses"));
        File.WriteAllText(Path.Combine(SecretsDirectory, "Kkiapay__Merchants__strange__WebhookSecrets__0"), Mark("webhook secret in a file"));
        File.WriteAllText(Path.Combine(SecretsDirectory, "Kkiapay__Merchants__strange__ApiBaseUrl"), _processes[0].Address.ToString());
        _processes.Add(Start("Ingress", Settings()));
        _processes.Add(Start("Processor", Settings()));
        foreach (var process in _processes)
            await process.AnswersAsync();
        _processes.Add(Start("Console", Settings()));
        await Console.AnswersAsync();
        var key = await KeyAsync();
        Admin.BaseAddress = Console.Address;
        Admin.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    /// <summary>One more process of a service; its lines are evidence.</summary>
    internal ServiceProcess Start(string service, Dictionary<string, string?> settings, params string[] arguments)
    {
        settings["Log__Level"] = "Verbose";
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector!.Address;
        settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        settings["OTEL_BSP_SCHEDULE_DELAY"] = "100";
        return ServiceProcess.Start(service, settings, line => Evidence.Add($"log {service}", line), arguments);
    }

    /// <summary>The settings of Ingress, Processor and Console.</summary>
    public Dictionary<string, string?> Settings() => new()
    {
        ["ConnectionStrings__RabbitMq"] = $"amqp://{_name}:{Mark("broker password")}@127.0.0.1:{services.BrokerEndpoint.Port}/{_name}",
        ["ConnectionStrings__Ledger"] = $"Host=127.0.0.1;Port={services.DatabaseEndpoint.Port};Database={_name};Username={_name};Password={Mark("database password")}",
        ["Kkiapay__Merchants__default__WebhookSecrets__0"] = Mark("webhook secret"),
        ["Kkiapay__Merchants__default__PublicKey"] = Mark("public key"),
        ["Kkiapay__Merchants__default__PrivateKey"] = Mark("private key"),
        ["Kkiapay__Merchants__default__SecretKey"] = Mark("secret key"),
        ["Kkiapay__Merchants__default__ApiBaseUrl"] = _processes[0].Address.GetLeftPart(UriPartial.Authority),
        ["Ingress__Spool__Directory"] = _folder.CreateSubdirectory("spool").FullName,
        ["SecretsDirectory"] = SecretsDirectory,
    };

    /// <summary>A folder of the run's own.</summary>
    public string Folder(string name) => _folder.CreateSubdirectory(name).FullName;

    /// <summary>Sends, and keeps the answer as evidence.</summary>
    public async Task<int> SendAsync(HttpClient client, HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await client.SendAsync(request);
        Evidence.Add($"answer {(int)answer.StatusCode} {path}", $"{answer.Headers}{await answer.Content.ReadAsStringAsync()}");
        return (int)answer.StatusCode;
    }

    /// <summary>Collects what stands still: metrics, rows, and files of spools.</summary>
    public async Task CollectAsync()
    {
        foreach (var process in _processes)
            Evidence.Add($"metrics {process.Address}", await process.Http.GetStringAsync("/metrics"));

        var tables = new List<string>();
        await using (var command = Database.CreateCommand("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        }

        foreach (var table in tables)
        {
            await using var rows = Database.CreateCommand($"select row_to_json(t)::text from {table} t");
            await using var reader = await rows.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                Evidence.Add($"row of {table}", reader.GetString(0));
        }

        foreach (var file in _folder.EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.DirectoryName != SecretsDirectory && f.Name != "lock"))
        {
            await using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            Evidence.Add($"file {file.Name}", bytes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        foreach (var process in Enumerable.Reverse(_processes))
            await process.DisposeAsync();
        if (_tap is not null)
            await _tap.DisposeAsync();
        if (_collector is not null)
            await _collector.DisposeAsync();
        if (Database is not null)
            await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    // The servers' own accounts have the run's passwords; these have marks.
    private async Task MakeAccountsAsync()
    {
        await services.CreateVirtualHostAsync(_name);
        using var management = new HttpClient { BaseAddress = new($"http://127.0.0.1:{services.BrokerEndpoint.ManagementPort}/") };
        management.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{services.BrokerEndpoint.User}:{services.BrokerEndpoint.Password}")));
        await PutAsync(management, $"api/users/{_name}", $$"""{"password":"{{Mark("broker password")}}","tags":""}""");
        await PutAsync(management, $"api/permissions/{_name}/{_name}", """{"configure":".*","write":".*","read":".*"}""");
        _tap = await BusTap.OpenAsync(management, services.BrokerEndpoint.AmqpAddress(_name), _name, Evidence);

        Database = NpgsqlDataSource.Create(await services.CreateDatabaseAsync(_name));
        await using var account = Database.CreateCommand($"create role \"{_name}\" login password '{Mark("database password")}'; alter database \"{_name}\" owner to \"{_name}\"; alter schema public owner to \"{_name}\"");
        await account.ExecuteNonQueryAsync();
    }

    private static async Task PutAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PutAsync(path, content);
        answer.EnsureSuccessStatusCode();
    }

    // What the command prints is the one place where a key may be read.
    private async Task<string> KeyAsync()
    {
        var printed = new List<string>();
        await using var command = ServiceProcess.Start("Console", Settings(), line =>
        {
            lock (printed)
                printed.Add(line);
        }, "keys", "create", "run", "admin");
        await command.Exited;
        lock (printed)
            return _marks["API key"] = printed.Single(line => line.StartsWith("kkia_", StringComparison.Ordinal));
    }
}
