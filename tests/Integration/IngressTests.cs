using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using KkiaEvents.Tests.Integration.Infrastructure;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration;

public sealed class IngressInstallation(Services services) : Installation(services)
{
    protected override int Processors => 0;

    // Nothing is declared but by Ingress, with the rights to declare all of it (trap 5).
    protected override bool OneUser => true;
}

/// <summary>The endpoint on the real broker. No Processor has ever run here.</summary>
public class IngressTests(IngressInstallation system) : IClassFixture<IngressInstallation>
{
    private const string Success = """{"event":"transaction.success","transactionId":"txn_abc123456789","isPaymentSucces":true,"method":"MOBILE_MONEY","account":"+22967434270","amount":5000,"fees":25,"label":"Product Purchase","partnerId":"partner_123","performedAt":"2024-02-24T10:30:45Z","stateData":{}}""";

    [Fact]
    public async Task A_webhook_is_kept_for_a_processor_that_has_never_run()
    {
        var body = Installation.Body("txn_kept");
        using var response = await system.PostAsync(body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"received":true}""", await response.Content.ReadAsStringAsync());
        var message = await TakeAsync("kkiaevents-processor", "txn_kept");
        Assert.Equal(body, message.GetProperty("body").GetString());
        Assert.Equal(Installation.Sign(body), message.GetProperty("signature").GetString());
        Assert.Equal("default", message.GetProperty("merchant").GetString());
        Assert.Equal("transaction.success", message.GetProperty("event").GetString());
    }

    [Theory]
    [InlineData("hmac")]
    [InlineData("upper")]
    [InlineData("secret")]
    public async Task Every_form_of_the_signature_is_taken(string form)
    {
        var signature = form switch
        {
            "upper" => Installation.Sign(Success).ToUpperInvariant(),
            "secret" => Installation.Secret,
            _ => Installation.Sign(Success),
        };
        using var response = await system.PostAsync(Success, signature);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task An_HMAC_over_the_body_as_JavaScript_writes_it_is_taken()
    {
        const string spaced = """{ "event": "transaction.success", "transactionId": "txn_spaced", "amount": 5000.0 }""";
        using var response = await system.PostAsync(spaced, Installation.Sign("""{"event":"transaction.success","transactionId":"txn_spaced","amount":5000}"""));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_shared_secret_itself_reaches_nobody()
    {
        using var response = await system.PostAsync(Installation.Body("txn_secret"), Installation.Secret);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var message = await TakeAsync("kkiaevents-processor", "txn_secret");
        Assert.Equal(JsonValueKind.Null, message.GetProperty("signature").ValueKind);
        Assert.DoesNotContain(Installation.Secret, message.GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_wrong_signature_is_refused_in_words(string signature)
    {
        using var response = await system.PostAsync(Success, signature);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("x-kkiapay-secret", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_signature_of_another_body_is_refused()
    {
        using var response = await system.PostAsync(Success, Installation.Sign(Success + " "));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_missing_header_is_refused()
    {
        using var response = await system.Ingress.PostAsync("/webhook/kkiapay", new StringContent(Success, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_merchant_that_does_not_exist_is_404()
    {
        using var response = await system.PostAsync(Success, path: "/webhook/kkiapay/nobody");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Who_opens_the_address_in_a_browser_is_told_that_it_is_right()
    {
        using var response = await system.Ingress.GetAsync("/webhook/kkiapay");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("The address is right, but it takes POST only.", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_merchant_has_an_endpoint_of_its_name()
    {
        using var response = await system.PostAsync(Success, path: "/webhook/kkiapay/default");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/octet-stream")]
    [InlineData("text/json")]
    [InlineData("multipart/form-data")]
    public async Task Whatever_type_is_said_of_it_an_authentic_webhook_is_kept_and_a_forged_one_refused(string type)
    {
        var id = $"typed_{type.Replace('/', '_').Replace('-', '_')}";
        using var response = await system.PostAsync(Installation.Body(id), contentType: type);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var message = await TakeAsync("kkiaevents-processor", id);
        Assert.Equal("transaction.success", message.GetProperty("event").GetString());
        using var forged = await system.PostAsync(Success, "wrong", contentType: type);
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
    }

    [Fact]
    public async Task An_authentic_form_is_parked()
    {
        const string form = "event=transaction.success&transactionId=parked-form";
        using var response = await system.PostAsync(form, contentType: "application/x-www-form-urlencoded");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(form, (await TakeAsync("kkiaevents-parked", "parked-form")).GetProperty("body").GetString());
    }

    [Theory]
    [InlineData(64 * 1024, HttpStatusCode.OK)]
    [InlineData((64 * 1024) + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_over_64_KiB_is_413(int bytes, HttpStatusCode expected)
    {
        var body = Success.PadRight(bytes);
        using var response = await system.PostAsync(body);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_body_over_64_KiB_sent_in_chunks_is_413()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhook/kkiapay") { Content = new StreamContent(new MemoryStream(new byte[200_000])) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("x-kkiapay-secret", Installation.Secret);
        using var response = await system.Ingress.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("no json parked-1")]
    [InlineData("""{"event":"transaction.unheard","transactionId":"parked-2"}""")]
    [InlineData("""{"event":"transaction.success","note":"parked-3"}""")]
    [InlineData("""{"event":"transaction.success","transactionId":"../parked-4"}""")]
    [InlineData("""["parked-5"]""")]
    public async Task An_authentic_body_that_nobody_understands_is_parked(string body)
    {
        using var response = await system.PostAsync(body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var message = await TakeAsync("kkiaevents-parked", body[body.IndexOf("parked-", StringComparison.Ordinal)..][..8]);
        Assert.Equal(body, message.GetProperty("body").GetString());
        Assert.NotEmpty(message.GetProperty("reason").GetString()!);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_parked_as_they_are()
    {
        byte[] body = [0x7B, 0xFF, 0xFE, 0x7D];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhook/kkiapay") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("x-kkiapay-secret", Installation.Secret);
        using var response = await system.Ingress.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var message = await TakeAsync("kkiaevents-parked", Convert.ToBase64String(body));
        Assert.Equal(Convert.ToBase64String(body), message.GetProperty("bodyBase64").GetString());
    }

    [Fact]
    public async Task A_queue_that_somebody_took_away_is_declared_again_before_the_answer()
    {
        await using (var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync())
        await using (var channel = await connection.CreateChannelAsync())
        {
            await channel.QueueDeclarePassiveAsync("kkiaevents-parked");
            await channel.QueueDeleteAsync("kkiaevents-parked");
        }

        const string body = "not json parked-again";
        using var response = await system.PostAsync(body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await TakeAsync("kkiaevents-parked", "parked-again");
    }

    [Fact]
    public async Task Metrics_count_what_came_and_what_was_refused()
    {
        (await system.PostAsync(Success)).Dispose();
        (await system.PostAsync(Success, "wrong")).Dispose();
        await Condition.HoldsAsync("both are counted", async () =>
        {
            var metrics = await system.Ingress.GetStringAsync("/metrics");
            return metrics.Contains("kkiaevents_webhooks_received_total{", StringComparison.Ordinal) && metrics.Contains("reason=\"wrong_signature\"", StringComparison.Ordinal);
        });
    }

    // Reads the queue until the message is found; the others are given back.
    private async Task<JsonElement> TakeAsync(string queue, string containing)
    {
        await using var connection = await new ConnectionFactory { Uri = new(system.AmqpUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        JsonElement? found = null;
        await Condition.HoldsAsync($"{queue} holds a message with {containing}", async () =>
        {
            while (await channel.BasicGetAsync(queue, autoAck: false) is { } got)
            {
                var text = Encoding.UTF8.GetString(got.Body.Span);
                if (text.Contains(containing, StringComparison.Ordinal))
                    found = JsonSerializer.Deserialize<JsonElement>(text).GetProperty("message").Clone();
                if (found is not null)
                    return true;
            }

            return false;
        });
        return found!.Value;
    }
}
