using KkiaEvents.Local.Backing;
using KkiaEvents.Local.Supervision;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Secrets;

/// <summary>A service as its program starts it; all that it prints goes somewhere.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly SupervisedProcess _process;
    private readonly HttpClient _http;

    private ServiceProcess(SupervisedProcess process, Uri address)
    {
        _process = process;
        _http = new() { BaseAddress = address };
    }

    public HttpClient Http => _http;

    public Uri Address => _http.BaseAddress!;

    public int ExitCode => _process.ExitCode;

    public Task Exited => _process.Exited;

    public static ServiceProcess Start(string service, IReadOnlyDictionary<string, string?> settings, Action<string> onLine, params string[] arguments)
    {
        var address = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}");
        var environment = new Dictionary<string, string?>(settings) { ["ASPNETCORE_URLS"] = address.GetLeftPart(UriPartial.Authority), ["Operations__Url"] = "shared" };
        var program = Layout.OfThisCheckout().Program($"src/{service}", $"KkiaEvents.{service}");
        Assert.True(File.Exists(program), program);
        return new(
            SupervisedProcess.Start(
                CliWrap.Cli.Wrap("dotnet").WithArguments([program, .. arguments]).WithWorkingDirectory(Path.GetTempPath()).WithEnvironmentVariables(environment), onLine),
            address);
    }

    public Task AnswersAsync(string path = "/health/ready") => Condition.HoldsAsync($"{Address} answers", async () =>
    {
        Assert.False(_process.HasExited, _process.LastLines);
        using var answer = await _http.GetAsync(path);
        return answer.IsSuccessStatusCode;
    });

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(UnixSignal.Terminate, TimeSpan.FromSeconds(20));
        _process.Dispose();
        _http.Dispose();
    }
}
