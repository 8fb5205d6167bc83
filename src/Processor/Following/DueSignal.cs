namespace KkiaEvents.Processor.Following;

/// <summary>Wakes the due worker.</summary>
internal sealed class DueSignal : WakeUp;
