using KkiaEvents.Ledger.Circuits;
using KkiaEvents.Ledger.Due;
using KkiaEvents.Processor.Pacing;

namespace KkiaEvents.Tests.Unit.Processor.Pacing;

/// <summary>
/// One merchant's payments against a provider, on a clock of its own: webhooks arrive evenly and are asked about if the circuit
/// lets them, what is put off or refused is due later and asked about by one due worker, as the Processor does it.
/// </summary>
internal sealed class PacedShop(int seed, int paymentsPerSecond, Func<DateTimeOffset, TimeSpan?> refusesFor)
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Answering = TimeSpan.FromMilliseconds(200);
    private const int BatchSize = 100;

    private readonly Random _random = new(seed);
    private readonly MerchantCircuit _circuit = new("shop");
    private readonly List<Question> _underWay = [];
    private readonly List<(Payment Payment, DateTimeOffset At)> _due = [];
    private DateTimeOffset _now = Start;
    private DateTimeOffset _nextPoll = Start;

    public List<Payment> Payments { get; } = [];

    public List<(DateTimeOffset At, bool Refused)> Questions { get; } = [];

    /// <summary>Each state that the circuit came to, with the moment.</summary>
    public List<(DateTimeOffset At, ProviderCircuit Circuit)> Moves { get; } = [];

    public void RunUntil(TimeSpan end)
    {
        for (var tick = 0; _now < Start + end; tick++, _now += Step)
        {
            Complete();
            if (tick * Step.TotalSeconds * paymentsPerSecond >= Payments.Count)
                Arrive();
            FollowDue();
            _circuit.Rest(_now);
            if (Moves.Count == 0 || Moves[^1].Circuit.State != _circuit.Current.State)
                Moves.Add((_now, _circuit.Current));
        }
    }

    private void Arrive()
    {
        var payment = new Payment(_now);
        Payments.Add(payment);
        if (Admit(1, mayProbe: false) == 1)
            Ask(payment, ofBatch: false);
        else
            PutOff(payment);
    }

    private void FollowDue()
    {
        if (_now < _nextPoll || _underWay.Exists(q => q.OfBatch))
            return;
        _nextPoll = _now + Poll;
        var wanted = Math.Min(_circuit.Allowed(_now), BatchSize);
        var batch = _due.Where(d => d.At <= _now).OrderBy(d => d.At).Take(wanted).ToList();
        if (batch.Count == 0)
            return;
        _due.RemoveAll(batch.Contains);
        var granted = Admit(batch.Count, mayProbe: true);
        for (var i = 0; i < batch.Count; i++)
        {
            if (i < granted)
                Ask(batch[i].Payment, ofBatch: true);
            else
                PutOff(batch[i].Payment);
        }
    }

    private int Admit(int wanted, bool mayProbe)
    {
        var (before, after, granted, answers) = _circuit.Ask(wanted, mayProbe, _now);
        if (after is not null)
            _circuit.Took(before, after, answers, written: true);
        return granted;
    }

    private void Ask(Payment payment, bool ofBatch)
    {
        var refused = refusesFor(_now);
        Questions.Add((_now, refused is not null));
        _underWay.Add(new(payment, _now + Answering, refused, ofBatch));
    }

    private void Complete()
    {
        foreach (var question in _underWay.Where(q => q.At <= _now).ToList())
        {
            _underWay.Remove(question);
            // There may be more of the due ones.
            if (question.OfBatch)
                _nextPoll = _now;
            if (question.RetryAfter is { } retryAfter)
            {
                _circuit.Failed("rate_limited", retryAfter, _now, _random.NextDouble());
                _due.Add((question.Payment, _now + FollowUp.AfterNoAnswer(++question.Payment.Refusals, retryAfter, _random.NextDouble())));
            }
            else
            {
                _circuit.Answered(_now);
                question.Payment.AnsweredAt = _now;
            }
        }
    }

    private void PutOff(Payment payment) => _due.Add((payment, CircuitPolicy.AskAt(_circuit.Current, _now, _random.NextDouble())));

    internal sealed class Payment(DateTimeOffset arrivedAt)
    {
        public DateTimeOffset ArrivedAt => arrivedAt;

        public DateTimeOffset? AnsweredAt { get; set; }

        public int Refusals { get; set; }

        public double Waited => (AnsweredAt!.Value - ArrivedAt).TotalSeconds;
    }

    private sealed record Question(Payment Payment, DateTimeOffset At, TimeSpan? RetryAfter, bool OfBatch);
}
