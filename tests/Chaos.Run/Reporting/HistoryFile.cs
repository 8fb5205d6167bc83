using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using KkiaEvents.Chaos.Judging;

namespace KkiaEvents.Chaos.Reporting;

/// <summary>The history as JSON, for whoever wants to know what happened to one payment.</summary>
internal static class HistoryFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new JsonStringEnumConverter() },
    };

    public static string Of(History history) => JsonSerializer.Serialize(history, Options);
}
