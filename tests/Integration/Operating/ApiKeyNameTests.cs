using KkiaEvents.Ledger.Operating;
using KkiaEvents.Operations;
using KkiaEvents.Operations.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>Acts are recorded by a key's name, so no two keys that are good may share one.</summary>
public class ApiKeyNameTests(Operators system) : IClassFixture<Operators>
{
    private ApiKeys Keys => system.Console.GetRequiredService<ApiKeys>();

    [Fact]
    public async Task Of_many_who_ask_for_one_name_at_once_one_gets_it_and_the_others_are_told_so()
    {
        for (var round = 0; round < 5; round++)
        {
            var name = $"wanted-{round}";
            var asked = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => AskAsync(name, $"admin-{i}")));
            Assert.Single(asked, a => a is NewApiKey);
            Assert.All(asked.OfType<OperationRefusedException>(), refused =>
            {
                Assert.Equal(Refusal.Conflict, refused.Refusal);
                Assert.Contains($"A key '{name}' exists", refused.Message, StringComparison.Ordinal);
            });
            // Nothing is left of those who were refused.
            Assert.Single(await Keys.ListAsync(TestContext.Current.CancellationToken), k => k.Key.Name == name);
            Assert.Equal(1L, await system.ReadAsync<long>($"select count(*) from kkiaevents.mt_events where type = 'api_key_created' and data ->> 'name' = '{name}'"));
        }
    }

    [Fact]
    public async Task A_name_is_free_again_once_its_key_is_revoked_and_any_number_of_revoked_keys_share_it()
    {
        for (var round = 0; round < 3; round++)
        {
            var made = Assert.IsType<NewApiKey>(await AskAsync("reused", "ama"));
            Assert.IsType<OperationRefusedException>(await AskAsync("reused", "kofi"));
            await Keys.RevokeAsync(made.Key.Id, "ama", TestContext.Current.CancellationToken);
        }
    }

    private async Task<object> AskAsync(string name, string by)
    {
        try
        {
            return await Keys.CreateAsync(name, ApiScope.Read, by, TestContext.Current.CancellationToken);
        }
        catch (OperationRefusedException refused)
        {
            return refused;
        }
    }
}
