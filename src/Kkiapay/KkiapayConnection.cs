using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>How to reach the API with one state of a merchant's options: addresses, keys, and the requests themselves.</summary>
internal sealed class KkiapayConnection
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private static readonly string UserAgent =
        $"{KkiapayTelemetry.Name}/{typeof(KkiapayConnection).Assembly.GetName().Version?.ToString(3)}";

    private readonly string _base;
    private readonly Uri _sdkStatus;
    private readonly Uri _sdkRevert;

    public KkiapayConnection(KkiapayOptions options)
    {
        Options = options;
        Dialect = options.EffectiveDialect();
        _base = (options.ApiBaseUrl?.AbsoluteUri ?? DefaultBase(options.Environment, Dialect)).TrimEnd('/') + "/";
        _sdkStatus = new Uri(_base + "api/v1/transactions/status");
        _sdkRevert = new Uri(_base + "api/v1/transactions/revert");
    }

    /// <summary>The options that this was made from; another instance of them needs another connection.</summary>
    public KkiapayOptions Options { get; }

    public KkiapayDialect Dialect { get; }

    public HttpRequestMessage Verification(string transactionId) => Dialect == KkiapayDialect.Sdk
        ? Request(HttpMethod.Post, _sdkStatus, SdkBody(transactionId))
        : Request(HttpMethod.Get, new Uri($"{_base}transactions/{transactionId}"), null);

    public HttpRequestMessage Refund(string transactionId, string reason) => Dialect == KkiapayDialect.Sdk
        // The Sdk dialect has no place for a reason.
        ? Request(HttpMethod.Post, _sdkRevert, SdkBody(transactionId))
        : Request(HttpMethod.Post, new Uri($"{_base}transactions/{transactionId}/refund"), ReasonBody(reason));

    private static string DefaultBase(KkiapayEnvironment environment, KkiapayDialect dialect) => (environment, dialect) switch
    {
        (KkiapayEnvironment.Sandbox, KkiapayDialect.Sdk) => "https://api-sandbox.kkiapay.me",
        (KkiapayEnvironment.Sandbox, _) => "https://sandbox-api.kkiapay.me/v1",
        (_, KkiapayDialect.Sdk) => "https://api.kkiapay.me",
        _ => "https://api.kkiapay.me/v1",
    };

    private HttpRequestMessage Request(HttpMethod method, Uri address, byte[]? body)
    {
        var request = new HttpRequestMessage(method, address);
        var headers = request.Headers;
        headers.TryAddWithoutValidation("Accept", "application/json");
        headers.TryAddWithoutValidation("User-Agent", UserAgent);
        headers.TryAddWithoutValidation("x-private-key", Options.PrivateKey);
        if (Dialect == KkiapayDialect.Sdk)
        {
            headers.TryAddWithoutValidation("x-api-key", Options.PublicKey);
            headers.TryAddWithoutValidation("x-secret-key", Options.SecretKey);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = Json;
        }

        return request;
    }

    // A transaction id's form leaves nothing to escape.
    private static byte[] SdkBody(string transactionId) =>
        Encoding.ASCII.GetBytes($"{{\"transactionId\":\"{transactionId}\"}}");

    private static byte[] ReasonBody(string reason) =>
        JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(1) { ["reason"] = reason });
}
