using System.Net.Http.Json;
using System.Text.Json;

namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>The stand-in for KKiaPay, as a test moves it.</summary>
public sealed class Provider(Uri sandbox) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = sandbox };

    public Uri Address => _http.BaseAddress!;

    /// <summary>Makes a payment that KKiaPay knows. Its webhook is the test's to send.</summary>
    public async Task<string> PayAsync(object payment)
    {
        var node = JsonSerializer.SerializeToNode(payment)!.AsObject();
        node["webhook"] ??= false;
        return (await SendAsync(HttpMethod.Post, "/sandbox/payments", node)).GetProperty("transactionId").GetString()!;
    }

    /// <summary>Makes many payments at once: ids are the prefix and a number from 0, and so are the orders.</summary>
    public Task PayManyAsync(string prefix, int count) =>
        SendAsync(HttpMethod.Post, "/sandbox/payments/bulk", new { count, prefix, amount = 5000, stateData = new { orderId = prefix + "{n}" } });

    /// <summary>Has KKiaPay say something else about a payment from now on, without a webhook.</summary>
    public Task MoveAsync(string id, string outcome) => SendAsync(HttpMethod.Post, $"/sandbox/payments/{id}/status", new { outcome, webhook = false });

    /// <summary>Has KKiaPay misbehave until it is healed.</summary>
    public Task FaultAsync(object faults) => SendAsync(HttpMethod.Put, "/sandbox/faults", faults);

    public Task HealAsync() => SendAsync(HttpMethod.Delete, "/sandbox/faults", null);

    /// <summary>A count of calls to its API, by the name that it has in the statistics.</summary>
    public async Task<long> CallsAsync(string count) =>
        (await SendAsync(HttpMethod.Get, "/sandbox/stats", null)).GetProperty("api").GetProperty(count).GetInt64();

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content is null ? null : JsonContent.Create(content) };
        using var response = await _http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body);
    }
}
