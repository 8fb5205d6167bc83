using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>
/// Every endpoint of every service, sent what its document does not allow and what nobody thought of. No answer is 5xx, and
/// what is refused leaves nothing behind. KKIAEVENTS_FUZZ_SEED runs one draw again.
/// </summary>
public class EndpointFuzzTests(TwoShopsOfOperators system, ITestOutputHelper output) : IClassFixture<TwoShopsOfOperators>
{
    private const int Rounds = 60;

    private static readonly int Seed =
        int.TryParse(Environment.GetEnvironmentVariable("KKIAEVENTS_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : Random.Shared.Next();

    private readonly Random _random = new(Seed);

    [Fact]
    public async Task What_the_document_does_not_allow_is_refused_and_leaves_nothing_behind()
    {
        output.WriteLine($"KKIAEVENTS_FUZZ_SEED={Seed}");
        var document = await ApiSchema.ReadAsync(system.Anonymous);
        foreach (var operation in document.Operations)
        {
            var before = await FingerprintAsync();
            // Each fault that a request can have, then faults at random places.
            var wrong = document.Faults(operation).ToList();
            Assert.NotEmpty(wrong);
            for (var round = 0; round < wrong.Count + Rounds; round++)
            {
                var request = document.Valid(operation, _random);
                (round < wrong.Count ? wrong[round] : wrong[_random.Next(wrong.Count)]).Apply(request);
                using var response = await SendAsync(system.Admin, request);
                var text = await response.Content.ReadAsStringAsync();
                Assert.True((int)response.StatusCode is >= 400 and < 500, $"seed {Seed}: {request} was answered {(int)response.StatusCode} {text}");
                // What Kestrel itself refuses, it refuses without words.
                if (text.Length > 0)
                    Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            }

            Assert.True(before == await FingerprintAsync(), $"seed {Seed}: {operation} changed what is stored, though it refused everything");
        }
    }

    [Fact]
    public async Task What_is_odd_but_may_be_meant_breaks_nothing()
    {
        output.WriteLine($"KKIAEVENTS_FUZZ_SEED={Seed}");
        var document = await ApiSchema.ReadAsync(system.Anonymous);
        foreach (var operation in document.Operations)
        {
            for (var round = 0; round < Rounds; round++)
            {
                var request = document.Valid(operation, _random);
                foreach (var name in request.Route.Keys.ToList().Where(_ => _random.Next(2) == 0))
                    request.Route[name] = Uri.EscapeDataString(Odd());
                foreach (var name in ApiSchema.QueryOf(operation).Where(_ => _random.Next(3) == 0))
                    request.Query.Add((name, Uri.EscapeDataString(Odd())));
                if (request.Body is JsonObject body && _random.Next(2) == 0)
                    Oddly(body);
                using var response = await SendAsync(system.Admin, request);
                Assert.True((int)response.StatusCode < 500, $"seed {Seed}: {request} was answered {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            }
        }
    }

    [Fact]
    public async Task The_stand_ins_control_API_and_Ingress_break_at_nothing_either()
    {
        output.WriteLine($"KKIAEVENTS_FUZZ_SEED={Seed}");
        using var sandbox = new HttpClient { BaseAddress = system.Provider.Address };
        string[] bodies =
        [
            "", "null", "[]", "5", "{", "{}", "\"x\"", new string('[', 10_000), string.Concat(Enumerable.Repeat("{\"a\":", 5_000)), "{\"\\ud800\":1}", "{\"body\":\"\\ud800\"}", "{\"body\":\"\\u0000\"}",
            "{\"outcome\":7}", "{\"outcome\":\"7\"}", "{\"outcome\":\"success,failed\"}", "{\"outcome\":null}", "{\"signature\":0}", "{\"dialect\":\"0\"}", "{\"amount\":1e400}", "{\"amount\":-9223372036854775808}",
            "{\"amount\":\"x\"}", "{\"count\":99999999999}", "{\"count\":3,\"startAt\":2147483647}", "{\"count\":2,\"prefix\":\"\\u0000\"}", "{\"latencyMs\":-1}", "{\"errorRate\":\"NaN\"}", "{\"errorRate\":1e999}", "{\"lieOnce\":{}}",
            "{\"body\":\"x\",\"contentType\":\"a\\u0000b\"}", "{\"body\":\"x\",\"contentType\":\"text/plain\\r\\nx: y\"}", "{\"body\":\"x\",\"repeat\":0}", $"{{\"name\":\"{new string('x', 10_000)}\"}}", "{\"stateData\":{\"a\":1,\"a\":2}}",
            "{\"transactionId\":\"a b\"}", "{\"merchant\":\"nobody\"}", "{\"settleAfterMs\":9223372036854775807}", "{\"failureCode\":5}", "{\"webhookAmount\":[[[]]]}",
        ];
        (string Method, string Path)[] routes =
        [
            ("POST", "/sandbox/payments"), ("POST", "/sandbox/payments/bulk"), ("POST", "/sandbox/payments/x/status"), ("POST", "/sandbox/payments/x/webhook"), ("POST", "/sandbox/webhooks"), ("PUT", "/sandbox/faults"),
            ("GET", "/sandbox/payments?limit=x"), ("GET", "/sandbox/payments?limit=-1"), ("GET", "/sandbox/payments?limit=99999999999"), ("GET", "/sandbox/payments/%00"), ("GET", "/sandbox/payments/%ED%A0%80"),
            ("GET", "/sandbox/deliveries?transactionId=%00"), ("GET", "/sandbox/deliveries?transactionId=a&transactionId=b"), ("GET", "/sandbox/stats?x=%00"), ("GET", "/sandbox/faults"),
        ];
        foreach (var (method, path) in routes)
            await UnbrokenAsync(sandbox, method, path, bodies);
        await system.Provider.HealAsync();

        string[] doors = ["/webhook/kkiapay", "/webhook/kkiapay/default", "/webhook/kkiapay/%00", "/webhook/kkiapay/shop-a?x=%00&x=%ED%A0%80", $"/webhook/kkiapay/{new string('x', 3_000)}", "/webhook", "/health/live?x=%00", "/"];
        foreach (var path in doors)
        {
            await UnbrokenAsync(system.Ingress, "POST", path, bodies);
            await UnbrokenAsync(system.Ingress, "GET", path, [""]);
        }
    }

    private async Task UnbrokenAsync(HttpClient client, string method, string path, string[] bodies)
    {
        string?[] types = ["application/json", "text/plain", null, "application/json; charset=nonsense", "application/json; charset=utf-16"];
        foreach (var body in method == "GET" ? [""] : bodies)
        {
            using var request = new HttpRequestMessage(new(method), Raw(client.BaseAddress!, path));
            if (method != "GET")
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                if (types[_random.Next(types.Length)] is { } type)
                    request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
                request.Headers.TryAddWithoutValidation("x-kkiapay-secret", _random.Next(2) == 0 ? "x" : Sign(body));
            }

            using var response = await client.SendAsync(request);
            Assert.True((int)response.StatusCode < 500, $"seed {Seed}: {method} {path} {Start(body)} {request.Content?.Headers.ContentType} was answered {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, FuzzedRequest fuzzed)
    {
        using var request = new HttpRequestMessage(new(fuzzed.Method), Raw(client.BaseAddress!, fuzzed.Address));
        if (fuzzed.Bytes is { } bytes)
        {
            request.Content = new ByteArrayContent(bytes);
            if (fuzzed.ContentType is { } type)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return await client.SendAsync(request);
    }

    private static string Sign(string body) => Infrastructure.Installation.Sign(body);

    private static Uri Raw(Uri at, string path) => new(at.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private static string Start(string text) => text.Length > 200 ? text[..200] + "…" : text;

    private string Odd() => _random.Next(14) switch
    {
        0 => "",
        1 => " ",
        2 => "..",
        3 => "/",
        4 => "%",
        5 => "'; drop table mt_events; --",
        6 => "\u202e\u200b",
        7 => "é\u0301漢\U0001F600",
        8 => "-1",
        9 => "0",
        10 => new string('x', 1_999),
        11 => "9223372036854775807",
        12 => "*",
        _ => "\r\n\t\u001b[31m",
    };

    private void Oddly(JsonObject body)
    {
        foreach (var (name, value) in body.ToList())
        {
            if (value is JsonObject inner)
                Oddly(inner);
            else if (value is JsonValue text && text.GetValueKind() == JsonValueKind.String && _random.Next(2) == 0)
                body[name] = Odd();
            else if (value is JsonValue number && number.GetValueKind() == JsonValueKind.Number && _random.Next(2) == 0)
                body[name] = _random.Next(4) switch { 0 => 0, 1 => -1, 2 => int.MaxValue, _ => int.MinValue };
        }
    }

    private Task<string> FingerprintAsync() => system.ReadAsync<string>(
        """
        select concat_ws('|',
          (select md5(coalesce(string_agg(e::text, ',' order by seq_id), '')) from kkiaevents.mt_events e),
          (select md5(coalesce(string_agg(d::text, ',' order by id), '')) from kkiaevents.mt_doc_payment d),
          (select md5(coalesce(string_agg(d::text, ',' order by id), '')) from kkiaevents.mt_doc_order d),
          (select md5(coalesce(string_agg(d::text, ',' order by id), '')) from kkiaevents.mt_doc_apikey d),
          (select count(*) from kkiaevents.deliveries), (select count(*) from kkiaevents.due))
        """);
}
