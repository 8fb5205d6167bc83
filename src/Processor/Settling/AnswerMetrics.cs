using System.Diagnostics.Metrics;
using KkiaEvents.Kkiapay;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Processor.Settling;

/// <summary>How many of KKiaPay's answers can be read, in numbers. What is no answer at all (time-outs, 5xx) counts nowhere here.</summary>
internal sealed class AnswerMetrics
{
    /// <summary>The reason of an answer that is read, and has no word for the status that is known.</summary>
    public const string UnknownStatus = "unknown_status";

    private readonly Counter<long> _answers;
    private readonly Counter<long> _unreadable;

    public AnswerMetrics(IMeterFactory meters, Merchants merchants)
    {
        var meter = meters.Create("KkiaEvents.Processor.Answers");
        _answers = meter.CreateCounter<long>("kkiaevents.answers", description: "Answers of KKiaPay's API, readable or not, by merchant.");
        _unreadable = meter.CreateCounter<long>("kkiaevents.unreadable_answers", description: "Those that can't be read, by merchant and reason.");
        // A series that appears with its first event hides that event from a rate.
        foreach (var merchant in merchants.Names)
        {
            _answers.Add(0, new KeyValuePair<string, object?>("merchant", merchant));
            foreach (var reason in Enum.GetValues<UnreadableReason>().Select(NameOf).Append(UnknownStatus))
                _unreadable.Add(0, new("merchant", merchant), new("reason", reason));
        }
    }

    public void Answered(string merchant) => _answers.Add(1, new KeyValuePair<string, object?>("merchant", merchant));

    public void Unreadable(string merchant, string reason) => _unreadable.Add(1, new("merchant", merchant), new("reason", reason));

    /// <summary>The reason's name for tags and logs.</summary>
    public static string NameOf(UnreadableReason reason) => reason switch
    {
        UnreadableReason.Empty => "empty",
        UnreadableReason.Markup => "markup",
        UnreadableReason.NotJson => "not_json",
        UnreadableReason.Truncated => "truncated",
        UnreadableReason.NotAnObject => "not_an_object",
        UnreadableReason.Charset => "charset",
        UnreadableReason.Compression => "compression",
        UnreadableReason.TooLarge => "too_large",
        UnreadableReason.Redirect => "redirect",
        UnreadableReason.OtherTransaction => "other_transaction",
        UnreadableReason.Contradiction => "contradiction",
        UnreadableReason.Refusal => "refusal",
        _ => "says_nothing",
    };
}
