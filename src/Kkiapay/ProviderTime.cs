using System.Globalization;
using System.Text;

namespace KkiaEvents.Kkiapay;

/// <summary>Reads the provider's times: ISO 8601 with or without fraction and offset (none means UTC), Unix time, or a day alone (midnight UTC).</summary>
internal static class ProviderTime
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd' 'HH:mmK",
    ];

    private static readonly string[] Days = ["yyyy-MM-dd", "dd/MM/yyyy"];

    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    // As milliseconds this is March 1973, as seconds the year 5138: no payment lies between the two readings.
    private const long FirstMilliseconds = 100_000_000_000;

    private static readonly long LastMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static DateTimeOffset? FromUnix(long? value) => value switch
    {
        null or <= 0 => null,
        < FirstMilliseconds => DateTimeOffset.FromUnixTimeSeconds(value.Value),
        _ when value <= LastMilliseconds => DateTimeOffset.FromUnixTimeMilliseconds(value.Value),
        _ => null,
    };

    public static DateTimeOffset? FromText(string text)
    {
        if (DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, Utc, out var time))
            return time;
        return text.Length is > 8 and < 20 ? FromUnix(WholeNumber.Read(Encoding.UTF8.GetBytes(text))) : null;
    }

    // The provider does not say whose day it is. Its countries keep UTC or UTC+1, so midnight UTC is at most a day off.
    public static DateTimeOffset? DayFromText(string text) =>
        DateTimeOffset.TryParseExact(text, Days, CultureInfo.InvariantCulture, Utc, out var day) ? day : null;
}
