namespace KkiaEvents.ServiceDefaults;

/// <summary>
/// <c>health</c> as a service's first argument: asks the instance that runs beside it, with the same environment, whether
/// it is ready. Exit code 0 or 1. For container health checks: the runtime images have no curl.
/// </summary>
internal static class HealthCommand
{
    public const string Name = "health";

    public static async Task<int> RunAsync()
    {
        var address = new Uri(OwnAddress(), "/health/ready");
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await http.GetAsync(address);
            await Console.Out.WriteLineAsync($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            await Console.Out.WriteLineAsync($"{address} does not answer: {e.Message}");
            return 1;
        }
    }

    // As ASP.NET Core reads them: addresses first, then ports, then its own default.
    private static Uri OwnAddress()
    {
        if (First("ASPNETCORE_URLS") is { } url)
            return new(System.Text.RegularExpressions.Regex.Replace(url, @"^http://([*+]|\[::\]|0\.0\.0\.0)(?=[:/]|$)", "http://127.0.0.1"));
        return new($"http://127.0.0.1:{First("ASPNETCORE_HTTP_PORTS") ?? "5000"}");
    }

    private static string? First(string variable) =>
        Environment.GetEnvironmentVariable(variable)?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .FirstOrDefault(value => !value.StartsWith("https:", StringComparison.OrdinalIgnoreCase));
}
