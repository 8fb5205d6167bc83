using System.Globalization;
using System.Text;
using CsCheck;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>
/// How many cases a property is tried with: a few thousand among the other tests; by the million with <c>./test fuzz</c>
/// (KKIAEVENTS_FUZZ_CASES, KKIAEVENTS_FUZZ_SEED). What failed once is kept in <see cref="KeptCases"/>.
/// </summary>
internal static class Fuzz
{
    private const int Usual = 2_000;

    public static long Cases { get; } =
        long.TryParse(Environment.GetEnvironmentVariable("KKIAEVENTS_FUZZ_CASES"), CultureInfo.InvariantCulture, out var cases) ? cases : Usual;

    private static string? Seed { get; } = Environment.GetEnvironmentVariable("KKIAEVENTS_FUZZ_SEED") is { Length: > 0 } seed ? seed : null;

    /// <summary>One of these, each as likely as another.</summary>
    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public static void Holds<T>(Gen<T> gen, Action<T> check, Func<T, string> print) => gen.Sample(check, seed: Seed, iter: Cases, print: print);

    /// <summary>The same for a body, and for every body that was kept.</summary>
    public static void HoldsForBodies(Gen<byte[]> gen, Action<byte[]> check)
    {
        foreach (var body in KeptCases.Bodies)
            check(body);
        Holds(gen, check, Print);
    }

    public static string Print(byte[] body) => $"{Convert.ToBase64String(body)} ({Encoding.UTF8.GetString(body)})";
}
