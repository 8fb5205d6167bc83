using System.Collections.Concurrent;
using System.Net;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Secrets;

/// <summary>A shop whose webhook secrets are files. No Processor runs: what comes in is only kept.</summary>
public sealed class RotatedShop(Services services) : Installation(services)
{
    private readonly DirectoryInfo _secrets = Directory.CreateTempSubdirectory("kkiaevents-secrets-");

    protected override int Processors => 0;

    protected override bool Subscribed => false;

    protected override IReadOnlyList<string> Settings
    {
        get
        {
            Write(0, "rotated-1");
            return [$"--SecretsDirectory={_secrets.FullName}"];
        }
    }

    /// <summary>Writes one of the secrets, as an operator would while Ingress runs.</summary>
    public void Write(int number, string secret) =>
        File.WriteAllText(Path.Combine(_secrets.FullName, $"Kkiapay__Merchants__rotated__WebhookSecrets__{number}"), secret);
}

/// <summary>A webhook secret is rotated while webhooks come in.</summary>
public class RotationTests(RotatedShop system) : IClassFixture<RotatedShop>
{
    [Fact]
    public async Task While_webhooks_come_in_a_secret_is_rotated_and_none_is_refused()
    {
        // Take out: the second of the secrets in Merchants.Read.
        await TakenAsync("rotated-1");
        var (secret, sent, refused) = ("rotated-1", new ConcurrentDictionary<string, int>(), new ConcurrentQueue<string>());
        using var enough = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            for (var n = 0; !enough.IsCancellationRequested; n++)
            {
                var with = Volatile.Read(ref secret);
                using var response = await PostAsync($"rotated_{sender}_{n}", with);
                if (!response.IsSuccessStatusCode)
                    refused.Enqueue($"{response.StatusCode} with {with}");
                sent.AddOrUpdate(with, 1, (_, count) => count + 1);
            }
        })).ToList();
        // Of each secret many, so that each state of the files has met many.
        Task ManyAsync(int more) => Condition.HoldsAsync("many were sent", async () =>
        {
            var (with, from) = (Volatile.Read(ref secret), sent.GetValueOrDefault(Volatile.Read(ref secret)));
            await Condition.HoldsAsync($"{more} more with {with}", () => sent.GetValueOrDefault(with) >= from + more);
            return true;
        });

        for (var generation = 2; generation <= 5; generation++)
        {
            await ManyAsync(50);
            system.Write(1, $"rotated-{generation}");
            await TakenAsync($"rotated-{generation}");
            await ManyAsync(50);
            Volatile.Write(ref secret, $"rotated-{generation}");
            await ManyAsync(50);
            system.Write(0, $"rotated-{generation}");
            await Condition.HoldsAsync("the old secret opens nothing", async () =>
            {
                using var old = await PostAsync("rotated_old", $"rotated-{generation - 1}");
                return old.StatusCode == HttpStatusCode.Unauthorized;
            });
        }

        await ManyAsync(50);
        await enough.CancelAsync();
        await Task.WhenAll(senders);
        Assert.True(refused.IsEmpty, string.Join(Environment.NewLine, refused.Take(10)));
        Assert.Equal(5, sent.Count);
    }

    private Task<HttpResponseMessage> PostAsync(string id, string secret)
    {
        var body = Installation.Body(id);
        return system.PostAsync(body, Installation.Sign(body, secret), "/webhook/kkiapay/rotated");
    }

    private Task TakenAsync(string secret) => Condition.HoldsAsync($"a webhook signed with {secret} is taken", async () =>
    {
        using var response = await PostAsync("rotated_probe", secret);
        return response.IsSuccessStatusCode;
    });
}
