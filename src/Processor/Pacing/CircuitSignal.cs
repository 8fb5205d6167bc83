namespace KkiaEvents.Processor.Pacing;

/// <summary>Wakes the keeper of circuits.</summary>
internal sealed class CircuitSignal : WakeUp;
