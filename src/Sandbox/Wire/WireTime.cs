using System.Globalization;

namespace KkiaEvents.Sandbox.Wire;

/// <summary>The provider's ways of writing a time, all UTC.</summary>
internal static class WireTime
{
    /// <summary><c>2024-02-24T10:30:45Z</c></summary>
    public static string Seconds(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>2024-03-20T08:55:22.883Z</c></summary>
    public static string Milliseconds(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>20/03/2024</c></summary>
    public static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("dd'/'MM'/'yyyy", CultureInfo.InvariantCulture);
}
