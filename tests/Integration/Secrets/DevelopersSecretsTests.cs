using System.Text.Json;
using KkiaEvents.ServiceDefaults;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Integration.Secrets;

/// <summary>A developer's own secrets come from <c>dotnet user-secrets</c>, in development and nowhere else.</summary>
public sealed class DevelopersSecretsTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("kkiaevents-home-");

    [Fact]
    public async Task In_development_a_service_starts_from_the_developers_secrets_and_the_environment_wins()
    {
        Write("webhook-secret-of-the-developer");
        await using (var ingress = Start("Development"))
        {
            await ingress.AnswersAsync("/health/live");
            Assert.Equal(200, await PostAsync(ingress, "webhook-secret-of-the-developer"));
        }

        await using (var ingress = Start("Development", ("Kkiapay__Merchants__default__WebhookSecrets__0", "webhook-secret-of-the-environment")))
        {
            await ingress.AnswersAsync("/health/live");
            Assert.Equal(401, await PostAsync(ingress, "webhook-secret-of-the-developer"));
            Assert.Equal(200, await PostAsync(ingress, "webhook-secret-of-the-environment"));
        }
    }

    [Fact]
    public async Task In_production_the_developers_secrets_are_not_read()
    {
        Write("webhook-secret-of-the-developer");
        await using var ingress = Start("Production");
        await ingress.Exited.WaitAsync(Condition.Deadline);
        Assert.Equal(ConfigurationProblemException.ExitCode, ingress.ExitCode);
    }

    public void Dispose() => _home.Delete(recursive: true);

    private static async Task<int> PostAsync(ServiceProcess ingress, string secret)
    {
        const string body = """{"event":"transaction.success","transactionId":"dev_1"}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhook/kkiapay") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("x-kkiapay-secret", Installation.Sign(body, secret));
        using var answer = await ingress.Http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    // No broker is there: the spool keeps what comes.
    private void Write(string webhookSecret) => File.WriteAllText(
        Path.Combine(_home.CreateSubdirectory(".microsoft").CreateSubdirectory("usersecrets").CreateSubdirectory("kkiaevents").FullName, "secrets.json"),
        JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["ConnectionStrings:RabbitMq"] = "amqp://u:p@127.0.0.1:1/", ["Ingress:Spool:Directory"] = Path.Combine(_home.FullName, "spool"),
            ["Kkiapay:Merchants:default:WebhookSecrets:0"] = webhookSecret,
        }));

    private ServiceProcess Start(string environment, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?> { ["ASPNETCORE_ENVIRONMENT"] = environment, ["HOME"] = _home.FullName, ["APPDATA"] = null };
        foreach (var (key, value) in settings)
            all[key] = value;
        return ServiceProcess.Start("Ingress", all, _ => { });
    }
}
