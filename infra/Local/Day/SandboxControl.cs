using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KkiaEvents.Local.Day;

/// <summary>The Sandbox's control API: makes payments happen, and webhooks, and faults.</summary>
internal sealed class SandboxControl(Uri sandbox) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = sandbox, Timeout = TimeSpan.FromSeconds(30) };

    public async Task PayAsync(JsonObject payment, CancellationToken cancellation)
    {
        using var answer = await http.PostAsJsonAsync("/sandbox/payments", payment, cancellation).ConfigureAwait(false);
        await EnsureAsync(answer, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends a body as it is, once.</summary>
    /// <returns>The HTTP status that Ingress answered; "none" when it answered nothing.</returns>
    public async Task<string> SendAsync(string body, string signature, CancellationToken cancellation)
    {
        using var answer = await http.PostAsJsonAsync("/sandbox/webhooks", new { body, signature }, cancellation).ConfigureAwait(false);
        var result = await EnsureAsync(answer, cancellation).ConfigureAwait(false);
        return result.GetProperty("byStatus").EnumerateObject().Single().Name;
    }

    public async Task MoveAsync(string transactionId, string outcome, CancellationToken cancellation)
    {
        using var answer = await http.PostAsJsonAsync(
            $"/sandbox/payments/{transactionId}/status", new { outcome, webhook = false }, cancellation).ConfigureAwait(false);
        await EnsureAsync(answer, cancellation).ConfigureAwait(false);
    }

    public async Task BreakAsync(CancellationToken cancellation)
    {
        using var answer = await http.PutAsJsonAsync("/sandbox/faults", new { errorRate = 1, errorStatus = 503 }, cancellation).ConfigureAwait(false);
        await EnsureAsync(answer, cancellation).ConfigureAwait(false);
    }

    public async Task MendAsync(CancellationToken cancellation) =>
        (await http.DeleteAsync(new Uri("/sandbox/faults", UriKind.Relative), cancellation).ConfigureAwait(false)).Dispose();

    /// <summary>The statuses that were answered to a payment's webhooks; null where none came.</summary>
    public async Task<IReadOnlyList<int?>> DeliveriesAsync(string transactionId, CancellationToken cancellation)
    {
        var attempts = await http.GetFromJsonAsync<JsonElement>($"/sandbox/deliveries?transactionId={transactionId}", cancellation).ConfigureAwait(false);
        return [.. attempts.EnumerateArray().Select(attempt =>
            attempt.TryGetProperty("status", out var status) && status.ValueKind is JsonValueKind.Number ? status.GetInt32() : (int?)null)];
    }

    public void Dispose() => http.Dispose();

    private static async Task<JsonElement> EnsureAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var body = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(body).RootElement
            : throw new HttpRequestException($"The Sandbox refused {answer.RequestMessage?.RequestUri}: {body}");
    }
}
