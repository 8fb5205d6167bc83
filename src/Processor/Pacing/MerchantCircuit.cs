using KkiaEvents.Ledger.Circuits;

namespace KkiaEvents.Processor.Pacing;

/// <summary>One merchant's circuit as this replica knows it: the shared state, and what it has seen itself. Safe for concurrent use.</summary>
internal sealed class MerchantCircuit(string merchant)
{
    private readonly Lock _access = new();
    private readonly HealthWindow _health = new();
    private ProviderCircuit _current = ProviderCircuit.Healthy(merchant);
    private ProviderCircuit? _unsaid;
    private int _answers;
    private bool _probesHere;
    private bool _unshared;

    public ProviderCircuit Current
    {
        get
        {
            lock (_access)
                return _current;
        }
    }

    /// <summary>An answer came, whatever it said of the payment.</summary>
    /// <returns>True when the others should hear of what follows.</returns>
    public bool Answered(DateTimeOffset now)
    {
        lock (_access)
        {
            _health.Answered(now);
            if (_current.State == CircuitState.Recovering)
                _answers++;
            if (!_probesHere || _current.State != CircuitState.Probing)
                return false;
            Change(CircuitPolicy.Recover(_current, now));
            return true;
        }
    }

    /// <summary>A question failed for the provider's load or health.</summary>
    /// <returns>True when the others should hear of what follows.</returns>
    public bool Failed(string reason, TimeSpan? retryAfter, DateTimeOffset now, double spread)
    {
        lock (_access)
        {
            var trouble = _health.Failed(now);
            if (!trouble && retryAfter is null && !(_probesHere && _current.State == CircuitState.Probing))
                return false;
            var healthy = trouble ? null : _current.State == CircuitState.Open ? _current.Rate : _health.HealthyRate(now);
            var opened = CircuitPolicy.Open(_current, reason, retryAfter, now, spread, healthy);
            if (ReferenceEquals(opened, _current))
                return false;
            Change(opened);
            return true;
        }
    }

    /// <summary>How many questions about due payments may be asked now.</summary>
    public int Allowed(DateTimeOffset now)
    {
        lock (_access)
            return CircuitPolicy.Allowed(_current, _answers, now);
    }

    /// <summary>Works out a change that only counts once it is written: a probe, or a part of the shared budget.</summary>
    /// <returns>The circuit to write, null when there is nothing to write, and how many may be asked then.</returns>
    public (ProviderCircuit Before, ProviderCircuit? After, int Granted, int Answers) Ask(int wanted, bool mayProbe, DateTimeOffset now)
    {
        lock (_access)
        {
            switch (_current.State)
            {
                case CircuitState.Closed:
                    return (_current, null, wanted, 0);
                case CircuitState.Recovering:
                    var (drawn, granted) = CircuitPolicy.Draw(_current, wanted, _answers, now);
                    return granted == 0 ? (_current, null, 0, 0) : (_current, drawn, granted, _answers);
                default:
                    var probe = mayProbe ? CircuitPolicy.Probe(_current, now) : null;
                    return (_current, probe, probe is null ? 0 : Math.Min(wanted, 1), 0);
            }
        }
    }

    /// <summary>What <see cref="Ask"/> worked out is written, or the database is away and this replica decides alone.</summary>
    public void Took(ProviderCircuit before, ProviderCircuit after, int answers, bool written)
    {
        lock (_access)
        {
            _answers = Math.Max(0, _answers - answers);
            // Opened while the write was under way: that stands, and is shared next.
            if (!ReferenceEquals(_current, before))
                return;
            Change(after with { Version = written ? before.Version + 1 : before.Version });
            _unshared = !written;
            _probesHere = after.State == CircuitState.Probing;
        }
    }

    /// <summary>Closes what nobody needs any more.</summary>
    public void Rest(DateTimeOffset now)
    {
        lock (_access)
        {
            var rested = CircuitPolicy.Rest(_current, now);
            if (!ReferenceEquals(rested, _current))
                Change(rested);
        }
    }

    /// <summary>The change that the others don't have yet; null when there is none.</summary>
    public ProviderCircuit? Unshared()
    {
        lock (_access)
            return _unshared ? _current : null;
    }

    /// <summary>The others have it now.</summary>
    public void Shared(ProviderCircuit circuit)
    {
        lock (_access)
        {
            _unshared = !ReferenceEquals(_current, circuit);
            _current = _current with { Version = circuit.Version + 1 };
        }
    }

    /// <summary>What is shared as it was just read.</summary>
    /// <param name="shared">The row.</param>
    /// <param name="refused">True when a change of ours was refused before the row was read.</param>
    /// <param name="now">The time.</param>
    public void Read(ProviderCircuit shared, bool refused, DateTimeOffset now)
    {
        shared = CircuitPolicy.Bounded(shared, now);
        lock (_access)
        {
            // Refused, and yet the row is older than ours: it was restored, or begun anew. Ours goes on from there.
            if (refused && shared.Version < _current.Version)
                _current = _current with { Version = shared.Version };
            if (shared.Version <= _current.Version)
                return;
            if (_unshared && CircuitPolicy.IsMoreCareful(_current, shared, now))
            {
                _current = _current with { Version = shared.Version };
                return;
            }

            (_current, _unshared, _unsaid, _probesHere) = (shared, false, null, false);
            if (shared.State != CircuitState.Recovering)
                _answers = 0;
            if (shared.State == CircuitState.Open)
                _health.Clear();
        }
    }

    /// <summary>The change of state that this replica made and has not told yet; null when there is none.</summary>
    public ProviderCircuit? TakeUnsaid()
    {
        lock (_access)
        {
            var unsaid = _unsaid;
            _unsaid = null;
            return unsaid;
        }
    }

    private void Change(ProviderCircuit next)
    {
        if (next.State != _current.State)
        {
            _unsaid = next;
            _answers = 0;
            _health.Clear();
        }

        (_current, _unshared, _probesHere) = (next, true, false);
    }
}
