using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using KkiaEvents.Bus;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>An id that others chose, whatever it is made of, finds what it names: in the path, escaped or with bare slashes, and as the parameter <c>id</c>.</summary>
public class IdsInRoutesTests(Operators system) : IClassFixture<Operators>
{
    private const string Dead = $"/api/v1/dead-letters/{Topology.DeadLetters}";

    public static TheoryData<string> Ids() =>
    [
        "INV/2025/0001", "INV%2F2025%2F0002", "INV%252F2025", "/leads", "trails/", "two//in a row", "50%", "100%25", "%zz", "what?id=7", "a#b", "a+b", "a b", "a&b=c;d,e", ".", "..", "../keys", "a/../b", "v1.2.3",
        "%2e%2e", "C:\\orders\\7", "é漢😀", "release", "7/release", "retry", "~x!$'()*@[7]", "\"quoted\"", "<b>", "a|b^c`d",
    ];

    /// <summary>Those of them that can be an order's.</summary>
    public static TheoryData<string> OrderIds() => [.. Ids().Select(row => row.Data).Where(id => OrderIdForm.Canonical(id) is not null)];

    [Theory]
    [MemberData(nameof(OrderIds))]
    public async Task An_order_is_found_by_its_id_in_the_path_and_as_a_parameter(string id)
    {
        await AnnounceAsync(id);
        foreach (var address in Addresses("/api/v1/orders/default", id, "id"))
        {
            var (status, answer) = await SendAsync(system.Reader, HttpMethod.Get, address);
            Assert.True(status == HttpStatusCode.OK, $"{address} is answered {status} {answer}");
            Assert.Equal(id, JsonDocument.Parse(answer).RootElement.GetProperty("orderId").GetString());
        }

        var release = Addresses("/api/v1/orders/default", id, "id", "/release").ToList();
        Assert.True(release.Count >= 2);
        foreach (var address in release)
        {
            var (status, answer) = await SendAsync(system.Operator, HttpMethod.Post, address, """{"reason":"a test"}""");
            Assert.True(status == HttpStatusCode.Conflict, $"{address} is answered {status} {answer}");
            Assert.Equal($"No payment holds order {id}: there is nothing to release.", JsonDocument.Parse(answer).RootElement.GetProperty("detail").GetString());
        }
    }

    [Theory]
    [MemberData(nameof(OrderIds))]
    public async Task The_payments_and_the_story_of_an_order_are_found_by_its_id(string id)
    {
        await AnnounceAsync(id);
        var escaped = Uri.EscapeDataString(id);
        var (status, answer) = await SendAsync(system.Reader, HttpMethod.Get, $"/api/v1/stories?of={escaped}");
        Assert.True(status == HttpStatusCode.OK, $"{status} {answer}");
        Assert.Contains(JsonDocument.Parse(answer).RootElement.EnumerateArray(), s => s.GetProperty("order").GetProperty("orderId").GetString() == id);
        (status, answer) = await SendAsync(system.Reader, HttpMethod.Get, $"/api/v1/payments?order={escaped}");
        Assert.True(status == HttpStatusCode.OK, $"{status} {answer}");
    }

    [Fact]
    public async Task A_paid_order_with_slashes_is_found_and_released_and_the_answer_says_where_it_is()
    {
        var order = $"INV/{Random.Shared.Next()}/50%+#1";
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = order } });
        await system.NotifyAsync(id, order: order);
        await system.Outcomes.WaitForAsync(id);
        var (status, answer) = await SendAsync(system.Reader, HttpMethod.Get, $"/api/v1/orders/default/{Uri.EscapeDataString(order)}");
        Assert.True(status == HttpStatusCode.OK, $"{status} {answer}");
        Assert.Equal(id, JsonDocument.Parse(answer).RootElement.GetProperty("paidBy").GetString());
        (_, answer) = await SendAsync(system.Reader, HttpMethod.Get, $"/api/v1/payments?order={Uri.EscapeDataString(order)}");
        Assert.Contains(id, answer, StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Post, Raw($"/api/v1/orders/default/{Uri.EscapeDataString(order)}/release")) { Content = new StringContent("""{"reason":"a test"}""", Encoding.UTF8, "application/json") };
        using var released = await system.Operator.SendAsync(request);
        Assert.True(released.StatusCode == HttpStatusCode.Accepted, await released.Content.ReadAsStringAsync());
        var location = released.Headers.GetValues("Location").Single();
        Assert.Equal($"/api/v1/orders/default/{Uri.EscapeDataString(order)}", location);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(system.Reader, HttpMethod.Get, location)).Status);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task A_dead_letter_is_shown_retried_and_discarded_by_whatever_id_its_sender_gave_it(string id)
    {
        foreach (var act in new[] { "retry", "discard" })
        {
            var unique = id is "." or ".." ? id : id.StartsWith('/') ? id + Guid.NewGuid().ToString("n") : Guid.NewGuid().ToString("n") + id;
            await system.PutAsideAsync($"txn_{Guid.NewGuid():n}", id: unique);
            foreach (var address in Addresses(Dead, unique, "id"))
                await Condition.HoldsAsync($"{address} shows it", async () => (await SendAsync(system.Reader, HttpMethod.Get, address)).Status == HttpStatusCode.OK);
            var done = Addresses(Dead, unique, "id", $"/{act}").ToList()[act == "retry" ? 0 : ^1];
            await Condition.HoldsAsync($"{done} is done", async () =>
                (await SendAsync(system.Operator, HttpMethod.Post, done, act == "discard" ? """{"reason":"a test"}""" : null)).Status == HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_key_that_is_bound_to_a_merchant_reaches_no_other_by_any_spelling_of_the_path()
    {
        var order = $"other/{Guid.NewGuid():n}";
        await AnnounceAsync(order);
        using var bound = await system.KeyAsync(Ledger.Operating.ApiScope.Operate, "shop-a");
        foreach (var path in new[]
        {
            $"/api/v1/orders/default/{Uri.EscapeDataString(order)}", $"/api/v1/orders/default/{order}", $"/api/v1/orders/default?id={Uri.EscapeDataString(order)}", $"/api/v1/orders/%64efault/{Uri.EscapeDataString(order)}",
            $"/api/v1/%6Frders/default/{Uri.EscapeDataString(order)}", $"/api/v1/orders//default/{Uri.EscapeDataString(order)}", $"/api/v1/orders/default%2F{Uri.EscapeDataString(order)}",
        })
        {
            var (status, answer) = await SendAsync(bound, HttpMethod.Get, path);
            Assert.True(status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound, $"{path} is answered {status} {answer}");
        }

        // What climbs out of the bound merchant's orders is an id of that merchant's, and there is none.
        foreach (var path in new[] { $"/api/v1/orders/shop-a/../default/{order}", $"/api/v1/orders/shop-a/%2E%2E/default/{order}", $"/api/v1/orders/shop-a/..%2Fdefault%2F{Uri.EscapeDataString(order)}" })
        {
            var (status, answer) = await SendAsync(bound, HttpMethod.Get, path);
            Assert.True(status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound, $"{path} is answered {status} {answer}");
            Assert.DoesNotContain("\"due\"", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_parameter_must_be_there()
    {
        foreach (var path in new[] { "/api/v1/orders/default", "/api/v1/orders/default/", $"{Dead}/message" })
        {
            var (status, answer) = await SendAsync(system.Reader, HttpMethod.Get, path);
            Assert.True(status == HttpStatusCode.BadRequest, $"{path} is answered {status} {answer}");
            Assert.Contains("'id' is missing", answer, StringComparison.Ordinal);
        }
    }

    // The same id said in each way that there is.
    private static IEnumerable<string> Addresses(string at, string id, string parameter, string act = "")
    {
        var escaped = Uri.EscapeDataString(id);
        yield return $"{at}/{escaped}{act}";
        yield return $"{at}/{string.Concat(Encoding.UTF8.GetBytes(id).Select(b => string.Create(CultureInfo.InvariantCulture, $"%{b:x2}")))}{act}";
        if (!id.EndsWith('/') && !id.StartsWith('/'))
        {
            // As a proxy hands it on that unescapes slashes, or a shop that escapes none.
            yield return $"{at}/{string.Join('/', id.Split('/').Select(Uri.EscapeDataString))}{act}";
            yield return $"{at}/{escaped}{act}/";
        }

        yield return $"{at}{(at == Dead && act.Length == 0 ? "/message" : act)}?{parameter}={escaped}";
    }

    private async Task AnnounceAsync(string order)
    {
        var (status, answer) = await Operators.PostAsync(system.Operator, "/api/v1/expectations", new { merchant = "default", orderId = order, amount = 5000 });
        Assert.True(status == 200, $"{status} {answer}");
    }

    private async Task<(HttpStatusCode Status, string Answer)> SendAsync(HttpClient client, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, Raw(path));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    // As it stands, dot segments and escapes included.
    private Uri Raw(string path) => new(system.Anonymous.BaseAddress!.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
