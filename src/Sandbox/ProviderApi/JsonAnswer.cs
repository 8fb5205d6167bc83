using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KkiaEvents.Sandbox.ProviderApi;

/// <summary>Writes JSON straight to the response: verifications are what a load test waits for.</summary>
internal static class JsonAnswer
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_json;

    public static void Write<TState>(HttpContext call, int status, TState state, Action<Utf8JsonWriter, TState> write)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(1024);
        var json = t_json ??= new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        write(json, state);
        json.WriteEndObject();
        json.Flush();

        call.Response.StatusCode = status;
        call.Response.ContentType = "application/json; charset=utf-8";
        call.Response.ContentLength = buffer.WrittenCount;
        call.Response.BodyWriter.Write(buffer.WrittenSpan);
    }

    public static void Error(HttpContext call, int status, string message) =>
        Write(call, status, (status, message), static (json, error) =>
        {
            json.WriteNumber("statusCode", error.status);
            json.WriteString("message", error.message);
        });

    /// <summary>An answer about a transaction that has nothing to show but a status word.</summary>
    public static void Refusal(HttpContext call, int httpStatus, string transactionId, string word, string message) =>
        Write(call, httpStatus, (transactionId, word, message), static (json, refusal) =>
        {
            json.WriteString("transactionId", refusal.transactionId);
            json.WriteString("status", refusal.word);
            json.WriteString("message", refusal.message);
        });

    /// <summary>A refund that is refused in the Sdk dialect: the word stands in <c>code</c>.</summary>
    public static void NotReverted(HttpContext call, string transactionId, string word, string description) =>
        Write(call, StatusCodes.Status200OK, (transactionId, word, description), static (json, refusal) =>
        {
            json.WriteString("code", refusal.word);
            json.WriteString("description", refusal.description);
            json.WriteString("transactionId", refusal.transactionId);
        });

    /// <summary>The other way of the Sdk dialect to say that it does not know a transaction.</summary>
    public static void NumberedNotFound(HttpContext call) =>
        Write(call, StatusCodes.Status400BadRequest, 0, static (json, _) =>
        {
            json.WriteNumber("status", 4003);
            json.WriteString("reason", "Transaction Not Found");
        });
}
