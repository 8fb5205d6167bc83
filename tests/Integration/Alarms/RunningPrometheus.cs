using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Alarms;

/// <summary>A real Prometheus with the rules under infra/, in a hurry: it looks each second, and nothing has to last.</summary>
internal sealed partial class RunningPrometheus : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("kkiaevents-prometheus-").FullName;
    private readonly HttpClient _client = new();
    private readonly Process _process;

    private RunningPrometheus(string rules, IReadOnlyDictionary<string, Uri> targets)
    {
        File.WriteAllText(Path.Combine(_directory, "rules.yml"), Hurried(rules));
        File.WriteAllText(Path.Combine(_directory, "prometheus.yml"),
            $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
            rule_files: [rules.yml]
            scrape_configs:
            {{string.Join('\n', targets.Select(t => $"  - {{ job_name: {t.Key}, static_configs: [{{ targets: [\"{t.Value.Authority}\"] }}] }}"))}}
            """);
        var port = FreePort();
        _client.BaseAddress = new($"http://127.0.0.1:{port}");
        _process = Process.Start(new ProcessStartInfo("prometheus",
        [
            $"--config.file={_directory}/prometheus.yml", $"--storage.tsdb.path={_directory}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
        ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, line) => Log.Add(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public List<string> Log { get; } = [];

    public const string HowToInstall = "Prometheus is not installed: apt-get install prometheus";

    public static bool IsInstalled => Programs.Contains("prometheus") && Programs.Contains("promtool");

    private static HashSet<string> Programs => [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(Directory.Exists)
        .SelectMany(Directory.EnumerateFiles).Select(f => Path.GetFileName(f))];

    public static async Task<RunningPrometheus> StartAsync(string rules, IReadOnlyDictionary<string, Uri> targets)
    {
        var server = new RunningPrometheus(rules, targets);
        try
        {
            await Condition.HoldsAsync("Prometheus is ready", async () => (await server._client.GetAsync("/-/ready")).IsSuccessStatusCode);
        }
        catch
        {
            TestContext.Current.SendDiagnosticMessage(string.Join('\n', server.Log));
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>The alarms that are raised, by name.</summary>
    public async Task<HashSet<string>> FiringAsync()
    {
        var answer = await _client.GetFromJsonAsync<JsonElement>("/api/v1/alerts");
        return [.. answer.GetProperty("data").GetProperty("alerts").EnumerateArray()
            .Where(a => a.GetProperty("state").GetString() == "firing").Select(a => a.GetProperty("labels").GetProperty("alertname").GetString()!)];
    }

    /// <summary>True when a question to Prometheus has an answer.</summary>
    public async Task<bool> HasAsync(string expression)
    {
        var answer = await _client.GetFromJsonAsync<JsonElement>($"/api/v1/query?query={Uri.EscapeDataString(expression)}");
        return answer.GetProperty("data").GetProperty("result").GetArrayLength() > 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>The same conditions, without the patience: nothing has to last, and no age need be more than three seconds.</summary>
    private static string Hurried(string rules) => Age().Replace(Lasting().Replace(rules, "for: 0s"), "${metric} > 3");

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"for: \d+[smh]")]
    private static partial Regex Lasting();

    [GeneratedRegex(@"(?<metric>_seconds\)) > \d+")]
    private static partial Regex Age();
}
