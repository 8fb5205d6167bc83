using System.Diagnostics.Metrics;

namespace KkiaEvents.Console;

/// <summary>Says each act in the log and counts it. The record that lasts is the event that the act itself stores.</summary>
internal sealed partial class Acts(IMeterFactory meters, ILogger<Acts> log)
{
    private readonly Counter<long> _done = meters.Create("KkiaEvents.Console").CreateCounter<long>("kkiaevents_console_acts_total", description: "Operators' acts, by kind.");

    public void Done(string act, string subject, string by)
    {
        _done.Add(1, new KeyValuePair<string, object?>("act", act));
        LogDone(act, subject, by);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Act} {Subject} by {By}")]
    private partial void LogDone(string act, string subject, string by);
}
