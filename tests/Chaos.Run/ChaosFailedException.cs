namespace KkiaEvents.Chaos;

/// <summary>The run itself can't go on: it says nothing about the product. The message says what happened.</summary>
internal sealed class ChaosFailedException(string message) : Exception(message);
