namespace KkiaEvents.Processor.Relaying;

/// <summary>Wakes the relay.</summary>
internal sealed class RelaySignal : WakeUp;
