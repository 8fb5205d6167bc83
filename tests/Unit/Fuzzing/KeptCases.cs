using System.Text;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>Bodies that some reader got wrong once, ours or a reference. Every property about bodies tries them all.</summary>
internal static class KeptCases
{
    public static readonly IReadOnlyList<byte[]> Bodies =
    [
        // The number parser of .NET took NULs after an escape's digits for nothing.
        Encoding.UTF8.GetBytes("{\"event\":\"transaction.success\",\"transactionId\":\"t1\",\"label\":\"\\u000\0\"}"),
    ];
}
