using System.Text.Json;

namespace KkiaEvents.Sandbox.Wire;

/// <summary>The shop's own data on the wire: JSON, or the same JSON inside of a string.</summary>
internal static class WireStateData
{
    public static void Write(Utf8JsonWriter json, string name, string stateData, bool asString)
    {
        if (asString)
        {
            json.WriteString(name, stateData);
            return;
        }

        json.WritePropertyName(name);
        json.WriteRawValue(stateData, skipInputValidation: true);
    }
}
