using System.Globalization;

namespace KkiaEvents.ServiceDefaults;

/// <summary>Times as people write them: ISO 8601; without an offset they are UTC.</summary>
public static class UtcTime
{
    /// <summary>How to write one, as the rest of a sentence that begins with what is none.</summary>
    public const string Form = "2026-03-01, 2026-03-01T12:00 (UTC) or 2026-03-01T13:00+01:00";

    /// <summary>Reads a time, and brings it to UTC.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
