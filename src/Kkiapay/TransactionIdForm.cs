using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace KkiaEvents.Kkiapay;

/// <summary>The form of a transaction id: 1 to 64 of A-Z, a-z, 0-9, underscore, hyphen. Safe in a path and in JSON as it is.</summary>
internal static class TransactionIdForm
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static bool IsValid([NotNullWhen(true)] string? id) =>
        id is { Length: >= 1 and <= 64 } && !id.AsSpan().ContainsAnyExcept(Allowed);

    public static void Require([NotNull] string? id, [CallerArgumentExpression(nameof(id))] string? parameter = null)
    {
        ArgumentNullException.ThrowIfNull(id, parameter);
        if (!IsValid(id))
            throw new ArgumentException("A transaction id is 1 to 64 of A-Z, a-z, 0-9, underscore and hyphen.", parameter);
    }
}
