using System.Net.Http.Json;
using System.Text.Json;
using KkiaEvents.Chaos.Judging;

namespace KkiaEvents.Chaos.Load;

/// <summary>The provider's own record of its tries. The Sandbox keeps the latest 20,000, so it is read every few seconds.</summary>
internal sealed class ProviderLog(Uri sandbox) : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);
    private readonly HttpClient http = new() { BaseAddress = sandbox, Timeout = TimeSpan.FromSeconds(30) };
    private readonly HashSet<(DateTimeOffset At, string Transaction, string Event, int Attempt, int? Status)> tries = [];

    public IReadOnlyList<WebhookTry> Tries => [.. tries.OrderBy(one => one.At).Select(one => new WebhookTry(one.At, one.Transaction, one.Event, one.Status))];

    public async Task FollowAsync(CancellationToken end)
    {
        using var tick = new PeriodicTimer(Every);
        try
        {
            while (await tick.WaitForNextTickAsync(end).ConfigureAwait(false))
                await ReadAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The last reading is the caller's.
        }
    }

    public async Task ReadAsync()
    {
        var read = await http.GetFromJsonAsync<JsonElement>("/sandbox/deliveries").ConfigureAwait(false);
        foreach (var one in read.EnumerateArray())
        {
            if (one.TryGetProperty("transactionId", out var transaction) && transaction.GetString() is { } id)
            {
                var status = one.TryGetProperty("status", out var said) && said.ValueKind is JsonValueKind.Number ? said.GetInt32() : (int?)null;
                tries.Add((one.GetProperty("at").GetDateTimeOffset(), id, one.GetProperty("event").GetString() ?? "", one.GetProperty("attempt").GetInt32(), status));
            }
        }
    }

    public void Dispose() => http.Dispose();
}
