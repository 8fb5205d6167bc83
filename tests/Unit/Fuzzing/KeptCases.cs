using System.Text;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>Bodies that some reader got wrong once, ours or a reference. Every property about bodies tries them all.</summary>
internal static class KeptCases
{
    public static readonly IReadOnlyList<byte[]> Bodies =
    [
        // The number parser of .NET took NULs after an escape's digits for nothing.
        Encoding.UTF8.GetBytes("{\"event\":\"transaction.success\",\"transactionId\":\"t1\",\"label\":\"\\u000\0\"}"),

        // The same, behind a member's name that is otherwise an array index: it was rewritten without its NUL.
        Encoding.UTF8.GetBytes("{\"1\\u0000\":1,\"b\":2,\"0\":3}"),
    ];
}
