using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

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
    public async Task An_expectation_can_be_repeated_and_one_that_disagrees_is_refused_with_the_reason()
    {
        var order = $"order-{Guid.NewGuid():n}";
        var (first, second) = (await ExpectAsync(order, 5000), await ExpectAsync(order, 5000));
        Assert.Equal((200, 200), (first.Status, second.Status));
        var (status, problem) = await ExpectAsync(order, 4000);
        Assert.Equal(409, status);
        Assert.Contains("announced at 5000 XOF before; 4000 XOF disagrees", problem.GetProperty("detail").GetString());
        Assert.Equal(400, (await ExpectAsync(order, 0)).Status);
        Assert.Equal("test-Operate", await system.ReadAsync<string>($"select string_agg(data->>'by', ',') from kkiaevents.mt_events where stream_id = 'order/default/{order}'"));

        // It counts: a payment of another amount is flagged.
        var id = await system.Provider.PayAsync(new { amount = 4000, stateData = new { orderId = order } });
        await system.NotifyAsync(id, amount: 4000, order: order);
        await system.Outcomes.WaitForAsync(id, "OrderPaymentFlagged");
        var payment = JsonDocument.Parse(await system.Reader.GetStringAsync($"/api/v1/payments/default/{id}")).RootElement;
        Assert.Equal("Flagged", payment.GetProperty("outcome").GetString());
        var (reviewed, answer) = await Operators.PostAsync(system.Operator, $"/api/v1/payments/default/{id}/review", new { verdict = "Accepted", reason = "agreed by phone" });
        Assert.True(reviewed == 202, $"{reviewed} {answer}");
        await system.Outcomes.WaitForAsync(id);
        Assert.Equal("test-Operate", await system.ReadAsync<string>($"select data->>'by' from kkiaevents.mt_events where stream_id = 'default/{id}' and type = 'flag_reviewed'"));
        Assert.Equal(409, (await Operators.PostAsync(system.Operator, $"/api/v1/payments/default/{id}/review", new { verdict = "Accepted", reason = "again" })).Status);
        Assert.Equal(5000, JsonDocument.Parse(await system.Reader.GetStringAsync($"/api/v1/orders/default/{order}")).RootElement.GetProperty("due").GetInt64());
    }

    [Fact]
    public async Task The_page_of_the_API_and_the_metrics_are_there()
    {
        Assert.Contains("KkiaEvents API", await system.Anonymous.GetStringAsync("/docs/"));
        Assert.Equal(HttpStatusCode.OK, (await system.Anonymous.GetAsync("/metrics")).StatusCode);
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
}
