using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using KkiaEvents.Ledger.Operating;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>Keys, scopes, expectations, and what the API says of itself.</summary>
public class ConsoleTests(Operators system) : IClassFixture<Operators>
{
    [Fact]
    public async Task Who_shows_no_good_key_is_told_so_and_nothing_else()
    {
        using var stranger = system.With("kkia_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        foreach (var client in new[] { system.Anonymous, stranger })
        {
            using var response = await client.GetAsync("/api/v1/payments/default/any");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
            Assert.Contains("kkia keys create", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_scope_opens_what_it_says_and_what_it_includes()
    {
        Assert.Equal([404, 404, 404], await StatusesAsync(c => c.GetAsync("/api/v1/payments/default/nobody-knows")));
        Assert.Equal([403, 200, 200], await StatusesAsync(c => c.PostAsJsonAsync("/api/v1/expectations", new { merchant = "default", orderId = "scopes", amount = 1 })));
        Assert.Equal([403, 403, 200], await StatusesAsync(c => c.GetAsync("/api/v1/keys")));
    }

    [Fact]
    public async Task Every_endpoint_of_the_API_is_closed_to_strangers()
    {
        var paths = JsonDocument.Parse(await system.Anonymous.GetStringAsync("/openapi/v1.json")).RootElement.GetProperty("paths").EnumerateObject().ToList();
        Assert.NotEmpty(paths);
        foreach (var path in paths)
        {
            foreach (var method in path.Value.EnumerateObject().Where(m => m.Name is "get" or "post" or "delete"))
            {
                using var request = new HttpRequestMessage(new(method.Name.ToUpperInvariant()), path.Name.Replace("{runId}", Guid.Empty.ToString(), StringComparison.Ordinal));
                using var response = await system.Anonymous.SendAsync(request);
                Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{method.Name} {path.Name}: {response.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task A_key_works_until_it_is_revoked_is_shown_once_and_is_never_stored_or_logged()
    {
        var (status, made) = await Operators.PostAsync(system.Admin, "/api/v1/keys", new { name = "short-lived", scope = "Read" });
        Assert.Equal(201, status);
        var (secret, id) = (made.GetProperty("secret").GetString()!, made.GetProperty("key").GetProperty("id").GetString()!);
        Assert.StartsWith("kkia_", secret);
        using var bearer = system.With(secret);
        Assert.Equal(HttpStatusCode.NotFound, (await bearer.GetAsync("/api/v1/payments/default/nobody-knows")).StatusCode);
        var listed = JsonDocument.Parse(await system.Admin.GetStringAsync("/api/v1/keys")).RootElement.EnumerateArray().Single(k => k.GetProperty("id").GetString() == id);
        Assert.Equal(JsonValueKind.String, listed.GetProperty("lastUsedAt").ValueKind);
        Assert.Equal(409, (await Operators.PostAsync(system.Admin, "/api/v1/keys", new { name = "short-lived", scope = "Read" })).Status);

        Assert.Equal(HttpStatusCode.OK, (await system.Admin.DeleteAsync($"/api/v1/keys/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await bearer.GetAsync("/api/v1/payments/default/nobody-knows")).StatusCode);
        Assert.Equal("test-Admin,test-Admin", await system.ReadAsync<string>($"select string_agg(data->>'by', ',') from kkiaevents.mt_events where stream_id = 'operations/api-key/{id}'"));

        Assert.NotEmpty(system.Log.All);
        Assert.DoesNotContain(system.Log.All, line => line.Contains(secret, StringComparison.Ordinal));
        Assert.Equal(0, await system.ReadAsync<long>(
            $"select (select count(*) from kkiaevents.mt_events where data::text like '%{secret}%') + (select count(*) from kkiaevents.mt_doc_apikey where data::text like '%{secret}%')"));
    }

    [Fact]
    public async Task An_expectation_can_be_repeated_and_corrected_and_one_for_a_paid_order_is_refused_with_the_reason()
    {
        var order = $"order-{Guid.NewGuid():n}";
        foreach (var amount in new[] { 6000, 5000, 5000 })
            Assert.Equal(200, (await ExpectAsync(order, amount)).Status);
        Assert.Equal(400, (await ExpectAsync(order, 0)).Status);
        Assert.Equal("test-Operate,test-Operate", await system.ReadAsync<string>($"select string_agg(data->>'by', ',') from kkiaevents.mt_events where stream_id = 'order/default/{order}'"));

        // It counts: a payment of another amount is flagged.
        var id = await system.Provider.PayAsync(new { amount = 4000, stateData = new { orderId = order } });
        await system.NotifyAsync(id, amount: 4000, order: order);
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        var payment = JsonDocument.Parse(await system.Reader.GetStringAsync($"/api/v1/payments/default/{id}")).RootElement;
        Assert.Equal("Flagged", payment.GetProperty("outcome").GetString());
        var (reviewed, answer) = await Operators.PostAsync(system.Operator, $"/api/v1/payments/default/{id}/review", new { verdict = "Accepted", reason = "agreed by phone", due = 5000 });
        Assert.True(reviewed == 202, $"{reviewed} {answer}");
        await system.Outcomes.WaitForAsync(id);
        Assert.Equal("test-Operate", await system.ReadAsync<string>($"select data->>'by' from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'flag_reviewed'"));
        Assert.Equal(409, (await Operators.PostAsync(system.Operator, $"/api/v1/payments/default/{id}/review", new { verdict = "Accepted", reason = "again" })).Status);
        var (status, problem) = await ExpectAsync(order, 4500);
        Assert.Equal(409, status);
        Assert.Contains($"was paid by transaction {id} with 4000 XOF; 4500 XOF disagrees", problem.GetProperty("detail").GetString());
        Assert.Equal(5000, JsonDocument.Parse(await system.Reader.GetStringAsync($"/api/v1/orders/default/{order}")).RootElement.GetProperty("due").GetInt64());
    }

    [Fact]
    public async Task The_page_of_the_API_and_the_metrics_are_there()
    {
        Assert.Contains("KkiaEvents API", await system.Anonymous.GetStringAsync("/docs/"));
        Assert.Equal(HttpStatusCode.OK, (await system.Anonymous.GetAsync("/metrics")).StatusCode);
    }

    [Theory]
    [InlineData("http://+:8085")]
    [InlineData("http://*:8085")]
    [InlineData("http://0.0.0.0:8085")]
    [InlineData("http://[::]:8085")]
    [InlineData("http://192.0.2.1:8085")]
    [InlineData("https://console.example:8085")]
    public async Task Where_others_reach_Console_the_document_and_its_page_want_a_key(string address)
    {
        var features = system.Console.GetRequiredService<IServer>().Features;
        var real = features.GetRequiredFeature<IServerAddressesFeature>();
        try
        {
            features.Set<IServerAddressesFeature>(new ListensOn([.. real.Addresses, address]));
            foreach (var path in new[] { "/openapi/v1.json", "/docs/" })
            {
                using var stranger = await system.Anonymous.GetAsync(path);
                Assert.True(stranger.StatusCode == HttpStatusCode.Unauthorized, $"{path}: {stranger.StatusCode}");
                using var reader = await system.Reader.GetAsync(path);
                Assert.True(reader.IsSuccessStatusCode, $"{path}: {reader.StatusCode}");
                using var announcing = await system.KeyAsync(ApiScope.Announce);
                using var announcer = await announcing.GetAsync(path);
                Assert.True(announcer.StatusCode == HttpStatusCode.Forbidden, $"{path}: {announcer.StatusCode}");
            }

            features.Set<IServerAddressesFeature>(new ListensOn(["http://localhost:8085", "http://127.0.0.2:8085", "http://[::1]:8085"]));
            Assert.Equal(HttpStatusCode.OK, (await system.Anonymous.GetAsync("/openapi/v1.json")).StatusCode);
            features.Set<IServerAddressesFeature>(new ListensOn([]));
            Assert.Equal(HttpStatusCode.Unauthorized, (await system.Anonymous.GetAsync("/openapi/v1.json")).StatusCode);
        }
        finally
        {
            features.Set(real);
        }
    }

    [Theory]
    [InlineData("/api/v1/keys", """{"name":"of-a-number","scope":99}""")]
    [InlineData("/api/v1/keys", """{"name":"of-a-number","scope":"2"}""")]
    [InlineData("/api/v1/keys", """{"name":"of-a-number","scope":"Read,Operate"}""")]
    [InlineData("/api/v1/payments/default/any/review", """{"verdict":7,"reason":"r"}""")]
    [InlineData("/api/v1/payments/default/any/review", """{"verdict":"Accepted,Rejected","reason":"r"}""")]
    [InlineData("/api/v1/replays", """{"selection":null}""")]
    public async Task What_is_no_word_is_none_and_null_is_nothing(string path, string json)
    {
        using var response = await system.Admin.PostAsync(path, new StringContent(json, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(0L, await system.ReadAsync<long>("select count(*) from kkiaevents.mt_doc_apikey where data ->> 'name' = 'of-a-number'"));
    }

    /// <summary>As one was made while numbers were taken for scopes.</summary>
    [Fact]
    public async Task A_key_of_a_scope_that_there_is_not_opens_nothing()
    {
        using var key = await system.KeyAsync(ApiScope.Read);
        var id = await system.ReadAsync<string>("select id from kkiaevents.mt_doc_apikey order by data ->> 'createdAt' desc limit 1");
        await system.ExecuteAsync($"update kkiaevents.mt_doc_apikey set data = jsonb_set(data, '{{scope}}', '99') where id = '{id}'");
        Assert.Equal(HttpStatusCode.Forbidden, (await key.GetAsync("/api/v1/keys")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await key.GetAsync("/api/v1/payments")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await system.Admin.GetAsync("/api/v1/keys")).StatusCode);
        await system.ExecuteAsync($"update kkiaevents.mt_doc_apikey set data = jsonb_set(data, '{{scope}}', '\"Read\"') where id = '{id}'");
    }

    private Task<(int Status, JsonElement Body)> ExpectAsync(string order, long amount) =>
        Operators.PostAsync(system.Operator, "/api/v1/expectations", new { merchant = "default", orderId = order, amount });

    private async Task<List<int>> StatusesAsync(Func<HttpClient, Task<HttpResponseMessage>> call)
    {
        var statuses = new List<int>();
        foreach (var client in new[] { system.Reader, system.Operator, system.Admin })
        {
            using var response = await call(client);
            statuses.Add((int)response.StatusCode);
        }

        return statuses;
    }

    private sealed class ListensOn(ICollection<string> addresses) : IServerAddressesFeature
    {
        public ICollection<string> Addresses => addresses;

        public bool PreferHostingUrls { get; set; }
    }
}
