using System.IO.Compression;
using System.Net;
using System.Text.Json;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>An auditor's questions over HTTP, answered as kkia answers them.</summary>
public class AuditApiTests(Operators system) : IClassFixture<Operators>
{
    [Fact]
    public async Task A_list_is_filtered_and_goes_on_where_the_page_before_ended()
    {
        var order = $"order-{Guid.NewGuid():n}";
        var ids = new List<string>();
        for (var n = 0; n < 3; n++)
            ids.Add(await PaidAsync(order));
        var first = await GetAsync($"/api/v1/payments?order={order}&limit=2");
        var second = await GetAsync($"/api/v1/payments?order={order}&limit=2&after={first.GetProperty("next").GetString()}");
        var listed = first.GetProperty("payments").EnumerateArray().Concat(second.GetProperty("payments").EnumerateArray())
            .Select(p => p.GetProperty("payment").GetProperty("transactionId").GetString()!);
        Assert.Equal(ids.AsEnumerable().Reverse(), listed);
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        Assert.Equal(2, (await GetAsync($"/api/v1/payments?order={order}&state=flagged&flag=AlreadyPaid")).GetProperty("payments").GetArrayLength());
    }

    [Theory]
    [InlineData("/api/v1/payments?stat=Paid", "'stat' is no parameter here")]
    [InlineData("/api/v1/payments?state=1", "must be one of Open")]
    [InlineData("/api/v1/payments?from=yesterday", "is no time")]
    [InlineData("/api/v1/payments?limit=0", "1 to 1000")]
    [InlineData("/api/v1/payments?after=nonsense", "")]
    [InlineData("/api/v1/payments?minAmount=much", "'minAmount' is 'much', but must be a whole number, for example 5000")]
    [InlineData("/api/v1/payments?undelivered=7", "'undelivered' is '7', but must be true or false")]
    [InlineData("/api/v1/payments?state=Paid,Open", "must be one of Open")]
    [InlineData("/api/v1/payments?order=%00", "NUL")]
    [InlineData("/api/v1/payments?order=a&order=b", "given 2 times")]
    [InlineData("/api/v1/dead-letters/kkiaevents-dead?limit=-1", "1 to 1000")]
    [InlineData("/api/v1/dead-letters/kkiaevents-dead?limit=x", "'limit' is 'x', but must be a whole number")]
    [InlineData("/api/v1/keys?all=true", "'all' is no parameter here")]
    [InlineData("/api/v1/stories", "'of' is missing")]
    [InlineData("/api/v1/stories?of=order-1&asof=", "is no time")]
    [InlineData("/api/v1/export?from=2026-03-02&to=2026-03-01", "before")]
    public async Task A_question_that_makes_no_sense_is_told_what_is_wrong_with_it(string path, string says)
    {
        using var response = await system.Admin.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(says, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_story_is_the_one_that_kkia_shows_and_ends_where_asOf_says()
    {
        var id = await PaidAsync($"order-{Guid.NewGuid():n}");
        var story = await GetAsync($"/api/v1/stories?of={id}");
        Assert.Equal(Kinds((await system.KkiaAsync("show", id, "--json")).Json), Kinds(story));
        var webhook = story[0].GetProperty("entries")[0].GetProperty("at").GetDateTimeOffset();
        using var before = await system.Reader.GetAsync($"/api/v1/stories?of={id}&asOf={webhook.AddMinutes(-1).UtcDateTime:O}");
        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);
        Assert.Equal(Kinds(story), Kinds(await GetAsync($"/api/v1/stories?of=default/{id}&asOf={DateTime.UtcNow.AddMinutes(1):O}")));
    }

    [Fact]
    public async Task Every_decision_is_taken_again_and_an_export_is_sound_away_from_the_ledger()
    {
        await PaidAsync($"order-{Guid.NewGuid():n}");
        var rederived = await GetAsync("/api/v1/rederivation");
        Assert.True(rederived.GetProperty("decisions").GetInt64() > 0);
        Assert.Equal(0, rederived.GetProperty("disagreements").GetArrayLength());

        var folder = Directory.CreateTempSubdirectory("kkia-test-");
        try
        {
            await using (var body = await system.Reader.GetStreamAsync("/api/v1/export"))
                await ZipFile.ExtractToDirectoryAsync(body, folder.FullName);
            Assert.True(await KkiaIsSatisfiedAsync(folder.FullName));
            var events = Path.Combine(folder.FullName, "events.ndjson");
            await File.WriteAllTextAsync(events, (await File.ReadAllTextAsync(events)).Replace("transaction.success", "transaction.failure", StringComparison.Ordinal));
            Assert.False(await KkiaIsSatisfiedAsync(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_expectation_for_a_merchant_that_is_not_configured_is_refused()
    {
        var (status, problem) = await Operators.PostAsync(system.Operator, "/api/v1/expectations", new { merchant = "nobody", orderId = "order-1", amount = 5000 });
        Assert.Equal(400, status);
        Assert.Contains("No merchant 'nobody'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0L, await system.ReadAsync<long>("select count(*) from kkiaevents.mt_doc_order where id like 'nobody/%'"));
    }

    private static IEnumerable<string?> Kinds(JsonElement stories) => stories[0].GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("kind").GetString());

    private async Task<bool> KkiaIsSatisfiedAsync(string folder) => (await system.KkiaAsync("verify-export", folder)).Code == 0;

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await system.Reader.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<string> PaidAsync(string order)
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = order } });
        await system.NotifyAsync(id, order: order);
        await Condition.HoldsAsync("it is delivered", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.deliveries where transaction_id = '{id}' and delivered_at is not null") == 1);
        return id;
    }
}
