using System.Net.Http.Json;
using KkiaEvents.Chaos.Judging;

namespace KkiaEvents.Chaos.Faults;

/// <summary>What the provider's API does on a bad day, by the Sandbox's own faults.</summary>
/// <param name="sandbox">Its address.</param>
/// <param name="payments">The payments so far, the latest last.</param>
internal sealed class ProviderFaults(Uri sandbox, Func<IEnumerable<Payment>> payments) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = sandbox, Timeout = TimeSpan.FromSeconds(30) };

    private static readonly string[] Garbled = ["html", "redirect", "empty", "truncated", "list", "ndjson", "other", "shapeless", "bomb"];

    /// <summary>Most answers come as something that can't be read, some refunds' among them: those are done.</summary>
    public Task<Func<Task>> GarbleAsync(double draw) => DoAsync(new { garble = Garbled[(int)(draw * Garbled.Length) % Garbled.Length], garbleRate = 0.8 });

    public async Task<Func<Task>> DoAsync(object faults)
    {
        using var answer = await http.PutAsJsonAsync("/sandbox/faults", faults).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw new ChaosFailedException($"The Sandbox refused a fault: {await answer.Content.ReadAsStringAsync().ConfigureAwait(false)}");
        return HealAsync;
    }

    /// <summary>
    /// Says once of a good payment that it failed or is pending. A lie about a bad one could not be told from the truth by
    /// anybody: the provider's word is the fact.
    /// </summary>
    public Task<Func<Task>> LieAsync(double draw)
    {
        // The latest, as those before it have been verified already.
        var about = payments().Last(payment => payment.Truth == Truth.Paid);
        return DoAsync(new { latencyMs = 300, lieOnce = new { transactionId = about.Transaction, status = draw < 0.5 ? "FAILED" : "PENDING" } });
    }

    public void Dispose() => http.Dispose();

    private async Task HealAsync() =>
        (await http.DeleteAsync(new Uri("/sandbox/faults", UriKind.Relative)).ConfigureAwait(false)).EnsureSuccessStatusCode().Dispose();
}
