using System.Collections.Concurrent;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Circuits;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Processor.Pacing;

/// <summary>
/// Decides whether KKiaPay may be asked about a merchant's payments. As long as a merchant has no trouble that is a look
/// into memory; the shared row is written only when a circuit moves, and for each batch of questions while one recovers.
/// </summary>
internal sealed partial class ProviderGate(
    ICircuitStore store, PacingMetrics metrics, CircuitSignal signal, CircuitClock clock, ILogger<ProviderGate> log) : IKkiapayAttemptGuard
{
    private const int Attempts = 4;

    private readonly ConcurrentDictionary<string, MerchantCircuit> _circuits = new(StringComparer.Ordinal);

    /// <summary>The circuits of all merchants that were ever asked about.</summary>
    public IEnumerable<ProviderCircuit> All => _circuits.Values.Select(c => c.Current);

    /// <summary>Merchants whose payments are not asked about freely, with how many questions about due ones may be asked now.</summary>
    public IReadOnlyDictionary<string, int> Held()
    {
        var now = clock.Now;
        return _circuits.Where(c => c.Value.Current.State != CircuitState.Closed).ToDictionary(c => c.Key, c => c.Value.Allowed(now));
    }

    /// <summary>Asks for leave to ask about some of a merchant's payments.</summary>
    /// <param name="merchant">The merchant.</param>
    /// <param name="wanted">How many questions, 1 or more.</param>
    /// <param name="mayProbe">True when one of them may be the probe of an open circuit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many may be asked now; <see cref="PutOff"/> says when the others may.</returns>
    public async ValueTask<int> AdmitAsync(string merchant, int wanted, bool mayProbe, CancellationToken cancellationToken)
    {
        var circuit = Of(merchant);
        for (var attempt = 1; ; attempt++)
        {
            var (before, after, granted, answers) = circuit.Ask(wanted, mayProbe, clock.Now);
            if (after is null)
                return granted;
            bool? written = null;
            try
            {
                written = await store.TryWriteAsync(after, announce: after.State != before.State, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogAlone(merchant, e.Message);
            }

            if (written is not false)
            {
                circuit.Took(before, after, answers, written is true);
                Tell(circuit);
                return granted;
            }

            await ReadAsync(refused: merchant, cancellationToken);
            if (attempt == Attempts)
                return 0;
        }
    }

    /// <summary>True while nobody is to ask, also those who were let in before it opened.</summary>
    public bool IsOpen(string merchant) => Of(merchant).Current.State == CircuitState.Open;

    /// <summary>True while KKiaPay is down, as far as is known: nobody is to ask, or one question is to tell whether it is back.</summary>
    public bool IsDown(string merchant) => Of(merchant).Current.State is CircuitState.Open or CircuitState.Probing;

    /// <summary>What is known of a payment that is not asked about now: nothing, and when it will be.</summary>
    public NoAnswer PutOff(string merchant)
    {
        metrics.NotAsked(merchant);
        var now = clock.Now;
        return new(
            "KKiaPay is not asked for now: it is down, or asked for fewer questions.", now,
            AskAt: CircuitPolicy.AskAt(Of(merchant).Current, now, Random.Shared.NextDouble()));
    }

    /// <summary>KKiaPay answered, whatever it said.</summary>
    public void Answered(string merchant)
    {
        if (Of(merchant).Answered(clock.Now))
            signal.Wake();
    }

    /// <summary>KKiaPay gave no answer, for its load or health.</summary>
    public void Failed(string merchant, string reason, TimeSpan? retryAfter)
    {
        if (Of(merchant).Failed(reason, retryAfter, clock.Now, Random.Shared.NextDouble()))
            signal.Wake();
    }

    /// <inheritdoc />
    public bool MayTryAgain(string merchant, int? statusCode, TimeSpan? retryAfter)
    {
        Failed(merchant, statusCode == StatusCodes.Status429TooManyRequests ? "rate_limited" : "unavailable", retryAfter);
        return Of(merchant).Current.State == CircuitState.Closed;
    }

    /// <summary>Shares what the others don't know yet, and learns what they found.</summary>
    public async Task ShareAsync(CancellationToken cancellationToken)
    {
        foreach (var circuit in _circuits.Values)
        {
            circuit.Rest(clock.Now);
            for (var attempt = 0; attempt < Attempts && circuit.Unshared() is { } own; attempt++)
            {
                bool written;
                try
                {
                    written = await store.TryWriteAsync(own, announce: true, cancellationToken);
                }
                catch (Exception) when (!cancellationToken.IsCancellationRequested)
                {
                    // What this replica does from now on is to be seen, whether or not the others know.
                    Tell(circuit);
                    throw;
                }

                if (written)
                {
                    circuit.Shared(own);
                    Tell(circuit);
                }
                else
                {
                    await ReadAsync(refused: own.Merchant, cancellationToken);
                }
            }
        }

        await ReadAsync(refused: null, cancellationToken);
    }

    private async Task ReadAsync(string? refused, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var shared in await store.ReadAsync(cancellationToken))
                Of(shared.Merchant).Read(shared, shared.Merchant == refused, clock.Now);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnread(e.Message);
        }
    }

    private MerchantCircuit Of(string merchant) => _circuits.GetOrAdd(merchant, static name => new(name));

    private void Tell(MerchantCircuit circuit)
    {
        if (circuit.TakeUnsaid() is not { } moved)
            return;
        switch (moved.State)
        {
            case CircuitState.Open when CircuitPolicy.IsHold(moved):
                LogHeld(moved.Merchant, moved.Reason, moved.Until);
                break;
            case CircuitState.Open:
                metrics.Opened(moved.Merchant, moved.Reason);
                LogOpened(moved.Merchant, moved.Reason, moved.Until);
                break;
            case CircuitState.Probing:
                LogProbing(moved.Merchant, moved.Reason, moved.Until);
                break;
            case CircuitState.Recovering:
                LogRecovering(moved.Merchant, moved.Reason, moved.Rate);
                break;
            default:
                LogClosed(moved.Merchant);
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "KKiaPay is not asked about merchant {Merchant} until {Until:O} ({Reason}): webhooks are taken and wait, nothing is failed")]
    private partial void LogOpened(string merchant, string reason, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Warning, Message = "KKiaPay asked for a pause ({Reason}): questions about merchant {Merchant} wait until {Until:O} and then go on as before")]
    private partial void LogHeld(string merchant, string reason, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Information, Message = "KKiaPay is asked one question about merchant {Merchant}, to see whether it answers again ({Reason}); its answer is awaited until {Until:O}")]
    private partial void LogProbing(string merchant, string reason, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Warning, Message = "KKiaPay answers about merchant {Merchant} again ({Reason} before): questions start at {Rate} a second and grow with its answers")]
    private partial void LogRecovering(string merchant, string reason, double rate);

    [LoggerMessage(Level = LogLevel.Information, Message = "KKiaPay is asked about merchant {Merchant} without limit again")]
    private partial void LogClosed(string merchant);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The circuit of merchant {Merchant} can't be shared ({Error}): this replica decides alone")]
    private partial void LogAlone(string merchant, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The shared circuits can't be read ({Error}): this replica decides alone")]
    private partial void LogUnread(string error);
}
