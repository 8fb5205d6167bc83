using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Tests.Integration.Secrets;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>A key that is bound to one shop, at every endpoint of the API, after another shop's payments.</summary>
public class BoundKeyTests(TwoShopsOfOperators system) : IClassFixture<TwoShopsOfOperators>
{
    private static readonly string[] OfShopA = ["shop-a"];
    private static readonly string[] OfNobody = ["Shop A"];
    private static readonly string?[] OfNull = [null];

    // What a thief would send to each endpoint for shop B's things (b), with a key of shop A (a); and the answers that are right.
    private static readonly Dictionary<string, Func<Shop, Shop, IEnumerable<Attempt>>> Attempts = new()
    {
        ["GET /api/v1/payments"] = (a, b) =>
        [
            new("", 200), new($"?merchant={b.Name}", 403), new($"?merchant={b.Name}&merchant={a.Name}", 400), new($"?merchant={a.Name}&MERCHANT={b.Name}", 400),
            new($"?merchant={a.Name},{b.Name}", 403), new("?merchant=", 403), new($"?merchant={a.Name}%00", 400), new($"?order={b.Order}", 200), new($"?order={Shop.SharedOrder}", 200),
            new("?flag=AmountMismatch", 200), new("?state=Paid&limit=1", 200), new($"?minAmount={Shop.Amount}", 200), new($"?after={Mark($"{long.MaxValue / 1000}|{b.Name}/{b.Paid}")}", 200, 400),
            new($"?after={Mark($"{DateTime.UtcNow.AddDays(1).Ticks / 10}|{b.Name}/{b.Paid}")}", 200),
        ],
        ["GET /api/v1/payments/{merchant}/{transactionId}"] = (a, b) => [new($"/{b.Name}/{b.Paid}", 403), new($"/{a.Name}/{b.Paid}", 404), new($"/{a.Name}%2F..%2F{b.Name}/{b.Paid}", 403), new($"/SHOP-B/{b.Paid}", 403)],
        ["GET /api/v1/orders/{merchant}/{orderId}"] = (a, b) => [new($"/{b.Name}/{b.Order}", 403), new($"/{a.Name}/{b.Order}", 404)],
        ["GET /api/v1/orders/{merchant}"] = (a, b) => [new($"/{b.Name}?id={b.Order}", 403), new($"/{a.Name}?id={b.Order}", 404), new($"/{a.Name}?id=..%2F{b.Name}%2F{b.Order}", 404)],
        ["POST /api/v1/payments/{merchant}/{transactionId}/review"] = (a, b) =>
        [
            new($"/{b.Name}/{b.Flagged}/review", 403) { Body = new { verdict = "Accepted", reason = "mine" } }, new($"/{a.Name}/{b.Flagged}/review", 409) { Body = new { verdict = "Accepted", reason = "mine" } },
        ],
        ["POST /api/v1/payments/{merchant}/{transactionId}/refund"] = (a, b) =>
            [new($"/{b.Name}/{b.Paid}/refund", 403) { Body = new { reason = "mine" } }, new($"/{a.Name}/{b.Paid}/refund", 409) { Body = new { reason = "mine" } }],
        ["POST /api/v1/payments/{merchant}/{transactionId}/refund/settle"] = (a, b) =>
            [new($"/{b.Name}/{b.Paid}/refund/settle", 403) { Body = new { done = false, reason = "mine" } }, new($"/{a.Name}/{b.Paid}/refund/settle", 403, 409) { Body = new { done = false, reason = "mine" } }],
        ["POST /api/v1/payments/ask"] = (a, b) =>
        [
            new("", 403) { Body = new { merchant = b.Name, reason = "mine", confirm = true } }, new("", 200) { Body = new { order = b.Order, reason = "mine", confirm = true } },
            new("", 200) { Body = new { flag = "AmountMismatch", reason = "mine" } }, new("", 400) { Body = new { reason = "mine", confirm = true } },
        ],
        ["POST /api/v1/orders/{merchant}/{orderId}/release"] = (a, b) =>
            [new($"/{b.Name}/{b.Order}/release", 403) { Body = new { reason = "mine" } }, new($"/{a.Name}/{b.Order}/release", 400, 403, 404, 409) { Body = new { reason = "mine" } }],
        ["POST /api/v1/orders/{merchant}/release"] = (a, b) =>
            [new($"/{b.Name}/release?id={b.Order}", 403) { Body = new { reason = "mine" } }, new($"/{a.Name}/release?id={b.Order}", 400, 403, 404, 409) { Body = new { reason = "mine" } }],
        ["POST /api/v1/expectations"] = (a, b) =>
        [
            new("", 403) { Body = new { merchant = b.Name, orderId = b.Order, amount = 1 } }, new("", 403) { Body = new { merchant = b.Name, orderId = "new", amount = 1, transactionId = b.Paid } },
            new("", 403) { Body = new { merchant = b.Name, orderId = b.FlaggedOrder, amount = 1, withdrawn = true } }, new("", 403) { Body = new { orderId = "new", amount = 1 } }, new("", 403) { Body = new { merchant = "no-such-shop", orderId = "new", amount = 1 } },
        ],
        ["GET /api/v1/stories"] = (a, b) =>
        [
            new($"?of={b.Paid}", 404), new($"?of={b.Order}", 404), new($"?of={b.Name}/{b.Paid}", 404), new($"?of={b.Name}/{b.Order}", 404), new($"?of={b.Name}/{Shop.SharedOrder}", 404),
            new($"?of={Shop.SharedOrder}", 200), new($"?of={b.Paid}&asOf=2100-01-01", 404), new($"?of={a.Paid}&of={b.Paid}", 400),
        ],
        ["GET /api/v1/rederivation"] = (_, _) => [new("", 403)],
        ["GET /api/v1/export"] = (_, _) => [new("", 200), new("?from=2000-01-01&to=2100-01-01", 200), new("?from=2000-01-01", 200)],
        ["POST /api/v1/replays"] = (a, b) => [.. Enumerable.Range(0, 2).SelectMany(n => new object[]
        {
            new { }, new { merchant = b.Name }, new { transactionId = b.Paid }, new { orderId = b.Order }, new { merchant = (string?)null, orderId = Shop.SharedOrder },
        }.Select(selection => new Attempt("", 403) { Body = new { selection, reason = "mine", confirm = n == 1 } })),
            new("", 403) { Body = new { selection = new { merchant = a.Name }, queue = "kkiaevents-dead", reason = "mine", confirm = true } },
            new("", 200) { Body = new { selection = new { merchant = a.Name, orderId = b.Order } } },
            new("", 404) { Body = new { selection = new { merchant = a.Name, transactionId = b.Paid }, reason = "mine", confirm = true } },
        ],
        ["GET /api/v1/replays/{runId}"] = (_, b) => [new($"/{b.Run}", 404)],
        ["POST /api/v1/replays/{runId}/resume"] = (_, b) => [new($"/{b.Run}/resume", 404) { Body = "" }],
        ["POST /api/v1/replays/{runId}/stop"] = (_, b) => [new($"/{b.Run}/stop", 404) { Body = "" }],
        ["GET /api/v1/dead-letters/{queue}"] = (_, _) => [new("/kkiaevents-dead", 200), new("/kkiaevents-dead?limit=1", 200), new("/kkiaevents-parked", 200)],
        ["GET /api/v1/dead-letters/{queue}/{id}"] = (_, b) => [new($"/kkiaevents-dead/{b.Dead}", 404)],
        ["POST /api/v1/dead-letters/{queue}/{id}/retry"] = (_, b) => [new($"/kkiaevents-dead/{b.Dead}/retry", 404) { Body = "" }],
        ["POST /api/v1/dead-letters/{queue}/{id}/discard"] = (_, b) => [new($"/kkiaevents-dead/{b.Dead}/discard", 404) { Body = new { reason = "mine" } }],
        ["GET /api/v1/dead-letters/{queue}/message"] = (_, b) => [new($"/kkiaevents-dead/message?id={b.Dead}", 404)],
        ["POST /api/v1/dead-letters/{queue}/retry"] = (_, b) => [new($"/kkiaevents-dead/retry?id={b.Dead}", 404) { Body = "" }],
        ["POST /api/v1/dead-letters/{queue}/discard"] = (_, b) => [new($"/kkiaevents-dead/discard?id={b.Dead}", 404) { Body = new { reason = "mine" } }],
        ["GET /api/v1/keys"] = (_, _) => [new("", 403)],
        ["POST /api/v1/keys"] = (a, b) => [new("", 403) { Body = new { name = "mine", scope = "Operate", merchants = new[] { b.Name } } }, new("", 403) { Body = new { name = "mine", scope = "Read", merchants = new[] { a.Name } } }],
        ["DELETE /api/v1/keys/{id}"] = (_, _) => [new("/0000000000000000", 403) { Delete = true }],
    };

    [Fact]
    public async Task A_key_that_is_bound_to_one_shop_learns_nothing_of_another_and_changes_nothing_of_it()
    {
        var endpoints = (await EndpointsAsync()).ToList();
        Assert.NotEmpty(endpoints);
        // A new endpoint needs an entry.
        Assert.Empty(endpoints.Except(Attempts.Keys));
        var (a, b) = (await system.ShopAsync("shop-a"), await system.ShopAsync("shop-b"));
        // A run and a message that are of everybody, or of nobody that can be told, are no single shop's either.
        var everybodys = await system.ReplayAsync(new { });
        await system.PutAsideAsync(b.Paid, "");
        using var thief = await system.KeyAsync(ApiScope.Operate, "shop-a");
        Assert.Equal(HttpStatusCode.NotFound, (await thief.GetAsync($"/api/v1/replays/{everybodys}")).StatusCode);
        foreach (var endpoint in endpoints)
        {
            var path = endpoint.Split(' ')[1];
            var stem = path.Split("/{")[0];
            foreach (var attempt in Attempts[endpoint](a, b))
            {
                var before = await FingerprintAsync();
                using var response = await SendAsync(thief, stem, attempt);
                var text = await TextAsync(response);
                Assert.True(attempt.Right.Contains((int)response.StatusCode), $"{endpoint} {attempt.Path} {JsonSerializer.Serialize(attempt.Body)}: {(int)response.StatusCode} {text}");
                // A refusal may say again what was asked for; what is there, it may not.
                foreach (var mark in response.IsSuccessStatusCode ? b.Marks : b.Marks.Where(m => !Asked(attempt).Contains(m, StringComparison.OrdinalIgnoreCase)))
                    Assert.False(text.Contains(mark, StringComparison.Ordinal), $"{endpoint} {attempt.Path}: '{mark}' is in {text}");
                Assert.True(before == await FingerprintAsync(), $"{endpoint} {attempt.Path} {JsonSerializer.Serialize(attempt.Body)} changed something of shop-b");
            }
        }

        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(await system.Operator.GetStringAsync($"/api/v1/dead-letters/kkiaevents-dead/{b.Dead}")).RootElement.ValueKind);
    }

    [Fact]
    public async Task A_key_that_is_bound_to_a_shop_does_all_that_its_scope_says_for_that_shop()
    {
        var shop = await system.ShopAsync("shop-a");
        using var key = await system.KeyAsync(ApiScope.Operate, "shop-a");
        Assert.Contains(shop.Paid, await key.GetStringAsync("/api/v1/payments"), StringComparison.Ordinal);
        Assert.Contains(shop.Paid, await key.GetStringAsync($"/api/v1/payments?merchant=shop-a&order={shop.Order}"), StringComparison.Ordinal);
        Assert.Contains(shop.Paid, await key.GetStringAsync($"/api/v1/orders/shop-a/{shop.Order}"), StringComparison.Ordinal);
        Assert.Contains(shop.Paid, await key.GetStringAsync($"/api/v1/stories?of={shop.Order}"), StringComparison.Ordinal);
        Assert.Contains(shop.Dead, await key.GetStringAsync("/api/v1/dead-letters/kkiaevents-dead"), StringComparison.Ordinal);
        Assert.Contains(shop.Run, await key.GetStringAsync($"/api/v1/replays/{shop.Run}"), StringComparison.Ordinal);
        Assert.Equal(200, (await Operators.PostAsync(key, "/api/v1/replays", new { selection = new { merchant = "shop-a" } })).Status);
        Assert.Equal(202, (await Operators.PostAsync(key, $"/api/v1/payments/shop-a/{shop.Flagged}/review", new { verdict = "Rejected", reason = "ours" })).Status);
        Assert.Equal(200, (await Operators.PostAsync(key, "/api/v1/expectations", new { merchant = "shop-a", orderId = $"ours-{Guid.NewGuid():n}", amount = 5 })).Status);
        using var export = await key.GetAsync("/api/v1/export");
        Assert.Contains(shop.Paid, await TextAsync(export), StringComparison.Ordinal);
        var folder = Directory.CreateTempSubdirectory("kkia-test-");
        try
        {
            await using (var body = await key.GetStreamAsync("/api/v1/export?from=2000-01-01"))
                await ZipFile.ExtractToDirectoryAsync(body, folder.FullName);
            var verified = await system.KkiaAsync("verify-export", folder.FullName);
            Assert.True(verified.Code == 0, verified.Output + verified.Error);
            Assert.Contains("shop-a", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "manifest.json")), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        // A bound key of two shops reaches both.
        using var both = await system.KeyAsync(ApiScope.Read, "shop-a", "shop-b");
        Assert.Equal(HttpStatusCode.NotFound, (await both.GetAsync("/api/v1/payments/shop-b/none")).StatusCode);
    }

    [Fact]
    public async Task A_key_that_announces_does_nothing_else()
    {
        using var announcer = await system.KeyAsync(ApiScope.Announce, "shop-a");
        Assert.Equal(200, (await Operators.PostAsync(announcer, "/api/v1/expectations", new { merchant = "shop-a", orderId = $"mine-{Guid.NewGuid():n}", amount = 5 })).Status);
        var (status, problem) = await Operators.PostAsync(announcer, "/api/v1/expectations", new { merchant = "shop-b", orderId = "theirs", amount = 5 });
        Assert.Equal(403, status);
        Assert.Contains("bound to shop-a", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        foreach (var endpoint in (await EndpointsAsync()).Where(e => e != "POST /api/v1/expectations"))
        {
            using var request = new HttpRequestMessage(new(endpoint.Split(' ')[0]), endpoint.Split(' ')[1]
                .Replace("{merchant}", "shop-a", StringComparison.Ordinal).Replace("{runId}", Guid.Empty.ToString(), StringComparison.Ordinal));
            using var response = await announcer.SendAsync(request);
            Assert.True(response.StatusCode == HttpStatusCode.Forbidden, $"{endpoint}: {response.StatusCode}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task A_key_is_bound_by_whoever_makes_it_and_an_administrators_is_not()
    {
        var (status, made) = await Operators.PostAsync(system.Admin, "/api/v1/keys", new { name = "of-shop-a", scope = "Announce", merchants = OfShopA });
        Assert.True(status == 201, $"{made}");
        Assert.Equal("shop-a", made.GetProperty("key").GetProperty("merchants")[0].GetString());
        Assert.Equal(400, (await Operators.PostAsync(system.Admin, "/api/v1/keys", new { name = "x", scope = "Admin", merchants = OfShopA })).Status);
        Assert.Equal(400, (await Operators.PostAsync(system.Admin, "/api/v1/keys", new { name = "x", scope = "Read", merchants = OfNobody })).Status);
        Assert.Equal(400, (await Operators.PostAsync(system.Admin, "/api/v1/keys", new { name = "x", scope = "Read", merchants = OfNull })).Status);

        var byCommand = (await system.KkiaAsync("keys", "create", "of-shop-b", "operate", "--merchant", "shop-b", "--json")).Json;
        Assert.Equal("shop-b", byCommand.GetProperty("key").GetProperty("merchants")[0].GetString());
        using var key = system.With(byCommand.GetProperty("secret").GetString()!);
        Assert.Equal(HttpStatusCode.Forbidden, (await key.GetAsync("/api/v1/payments/shop-a/any")).StatusCode);
        var printed = new List<string>();
        var settings = new Dictionary<string, string?> { ["ConnectionStrings__RabbitMq"] = system.AmqpUriOf("operations"), ["ConnectionStrings__Ledger"] = system.Ledger.Console, ["Log__Level"] = "Error" };
        await using (var first = ServiceProcess.Start("Console", settings, line =>
        {
            lock (printed)
                printed.Add(line);
        }, "keys", "create", "first-of-shop-a", "announce", "--merchant", "shop-a"))
            await first.Exited;
        using var announcer = system.With(printed.Single(line => line.StartsWith("kkia_", StringComparison.Ordinal)));
        Assert.Equal(403, (await Operators.PostAsync(announcer, "/api/v1/expectations", new { merchant = "shop-b", orderId = "theirs", amount = 5 })).Status);
        // Misspelt, it must not make a key that reaches everybody.
        foreach (var wrong in new[] { "--merchnat shop-a", "--merchant", "--merchant=" })
        {
            await using var refused = ServiceProcess.Start("Console", settings, _ => { }, ["keys", "create", "refused", "announce", .. wrong.Split(' ')]);
            await refused.Exited;
            Assert.Equal(64, refused.ExitCode);
        }

        var listed = await system.KkiaAsync("keys", "list");
        Assert.Contains(listed.Output.Split('\n'), line => line.Contains("of-shop-b", StringComparison.Ordinal) && line.Contains("  shop-b  ", StringComparison.Ordinal));
    }

    private async Task<IEnumerable<string>> EndpointsAsync() =>
        JsonDocument.Parse(await system.Anonymous.GetStringAsync("/openapi/v1.json")).RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")).Order(StringComparer.Ordinal);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string stem, Attempt attempt)
    {
        using var request = new HttpRequestMessage(attempt.Delete ? HttpMethod.Delete : attempt.Body is null ? HttpMethod.Get : HttpMethod.Post, stem + attempt.Path);
        if (attempt.Body is not (null or ""))
            request.Content = JsonContent.Create(attempt.Body);
        return await client.SendAsync(request);
    }

    private static async Task<string> TextAsync(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/zip")
            return await response.Content.ReadAsStringAsync();
        await using var zip = new ZipArchive(await response.Content.ReadAsStreamAsync());
        var all = new StringBuilder();
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync());
            all.Append(await reader.ReadToEndAsync());
        }

        return all.ToString();
    }

    private static string Asked(Attempt attempt) => attempt.Path + JsonSerializer.Serialize(attempt.Body);

    private static string Mark(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    // Everything that is shop-b's or that operators did; what keys were used when is not looked at.
    private Task<string> FingerprintAsync() => system.ReadAsync<string>(
        """
        select concat_ws('|',
          (select md5(coalesce(string_agg(e::text, ',' order by seq_id), '')) from kkiaevents.mt_events e where stream_id like 'shop-b/%' or stream_id like 'order/shop-b/%' or stream_id like 'operations/%'),
          (select md5(coalesce(string_agg(d::text, ',' order by id), '')) from kkiaevents.mt_doc_payment d where id like 'shop-b/%'),
          (select md5(coalesce(string_agg(d::text, ',' order by id), '')) from kkiaevents.mt_doc_order d where id like 'shop-b/%'),
          (select md5(coalesce(string_agg(d::text, ',' order by stream_id), '')) from kkiaevents.due d where merchant = 'shop-b'),
          (select md5(coalesce(string_agg(d::text, ',' order by id), '')) from kkiaevents.mt_doc_apikey d))
        """);

    /// <summary>One request, by what follows the endpoint's address up to its first parameter.</summary>
    private sealed record Attempt(string Path, params int[] Right)
    {
        /// <summary>What is posted; null for GET, empty for a POST of nothing.</summary>
        public object? Body { get; init; }

        public bool Delete { get; init; }
    }
}
