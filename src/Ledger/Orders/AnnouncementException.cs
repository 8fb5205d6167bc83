using System.Text.Json;

namespace KkiaEvents.Ledger.Orders;

/// <summary>An announcement that can't be read, or whose amount can be none. The message says where in its JSON and what to send instead.</summary>
public sealed class AnnouncementException : JsonException
{
    internal AnnouncementException(string path, string problem)
        : base($"{path} {problem}", path, lineNumber: null, bytePositionInLine: null)
    {
    }

    /// <summary>True when it could be read, and what it says is refused: a fraction, a negative amount, zero, one that is too large. False when it is of no form that an announcement has.</summary>
    public bool IsReadable { get; internal init; }

    /// <summary>The merchant that it names; null when it names none that can be read.</summary>
    public string? Merchant { get; internal set; }

    /// <summary>The order that it names; null when it names none that can be read.</summary>
    public string? OrderId { get; internal set; }

    /// <summary>The amount that it names, in whole XOF; 0 when it names none that can be read as such.</summary>
    public long Amount { get; internal set; }

    /// <summary>The transaction that it names; null when it names none that can be read.</summary>
    public string? TransactionId { get; internal set; }
}
