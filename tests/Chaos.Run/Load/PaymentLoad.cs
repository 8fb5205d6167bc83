using System.Collections.Concurrent;
using System.Net.Http.Json;
using KkiaEvents.Chaos.Judging;

namespace KkiaEvents.Chaos.Load;

/// <summary>Makes payments happen at the Sandbox at a steady rate, which then sends their webhooks as the provider does.</summary>
internal sealed class PaymentLoad(Uri sandbox, Shop shop, int seed, double perSecond) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = sandbox, Timeout = TimeSpan.FromSeconds(30) };
    private readonly ConcurrentQueue<Payment> payments = new();

    public IReadOnlyCollection<Payment> Payments => payments;

    /// <summary>Runs until it is told to end; returns once the Sandbox took every payment.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        var dice = new Random(seed);
        var posts = new List<Task>();
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1 / perSecond));
        try
        {
            for (var number = 0; await tick.WaitForNextTickAsync(end).ConfigureAwait(false); number++)
                posts.AddRange(PlannedPayment.Next(number, dice).Select(PayAsync));
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }

        await Task.WhenAll(posts).ConfigureAwait(false);
    }

    public void Dispose() => http.Dispose();

    private async Task PayAsync(PlannedPayment planned)
    {
        payments.Enqueue(planned.Payment);
        if (planned.Payment.Truth == Truth.Announced)
            shop.Announce(planned.Payment);
        if (planned.Payment.Truth == Truth.Refunded)
            shop.RefundOncePaid(planned.Payment);
        using var answer = await http.PostAsJsonAsync("/sandbox/payments", planned.Template).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw new ChaosFailedException($"The Sandbox refused {planned.Template}: {await answer.Content.ReadAsStringAsync().ConfigureAwait(false)}");
    }
}
