using KkiaEvents.Bus;
using KkiaEvents.Ingress;
using KkiaEvents.Processor;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Tests.Unit.Architecture;

/// <summary>A wrong configuration stops the start, names its key, and shows a value that would do.</summary>
public class ConfigurationTests
{
    private static readonly string[] Right =
    [
        "--ConnectionStrings:RabbitMq=amqp://u:p@127.0.0.1:5672/", "--ConnectionStrings:Ledger=Host=127.0.0.1;Database=d;Username=u;Password=p",
        "--Kkiapay:Merchants:default:WebhookSecrets:0=s3cr3t", "--Kkiapay:Merchants:default:PrivateKey=tpk", "--Ingress:Spool:Directory=/var/lib/kkiaevents/spool",
    ];

    [Theory]
    [InlineData("ConnectionStrings:RabbitMq", "", "ConnectionStrings__RabbitMq")]
    [InlineData("ConnectionStrings:RabbitMq", "http://localhost", "ConnectionStrings__RabbitMq")]
    [InlineData("ConnectionStrings:RabbitMq", "localhost", "ConnectionStrings__RabbitMq")]
    [InlineData("Kkiapay:Merchants:default:WebhookSecrets:0", "", "Kkiapay__Merchants__default__WebhookSecrets__0")]
    [InlineData("Kkiapay:Merchants:Shop A:WebhookSecrets:0", "x", "Kkiapay__Merchants__Shop A__WebhookSecrets__0")]
    [InlineData("Ingress:PublishTimeoutMs", "soon", "Ingress__PublishTimeoutMs")]
    [InlineData("Ingress:Spool:Directory", "", "Ingress__Spool__Directory")]
    [InlineData("Ingress:Spool:Directory", "spool", "Ingress__Spool__Directory")]
    [InlineData("Ingress:Spool:MaxMegabytes", "0", "Ingress__Spool__MaxMegabytes")]
    [InlineData("Log:Format", "Yaml", "Log__Format")]
    [InlineData("Ingress:Proxies:0", "proxy.internal", "Ingress__Proxies__0")]
    [InlineData("Ingress:Proxies:1", "10.0.0.0/33", "Ingress__Proxies__1")]
    [InlineData("Ingress:Proxies:0", "10", "Ingress__Proxies__0")]
    [InlineData("Ingress:Proxies:0", "0.0.0.0/0", "Ingress__Proxies__0")]
    [InlineData("Ingress:Proxies:0", "::/0", "Ingress__Proxies__0")]
    [InlineData("Ingress:Proxies", "10.0.0.7", "Ingress__Proxies__0")]
    [InlineData("Ingress:AllowedSources:2", "203.0.113.*", "Ingress__AllowedSources__2")]
    [InlineData("Ingress:Limits:Connections", "0", "Ingress__Limits__Connections")]
    [InlineData("Ingress:Limits:ConnectionsPerSource", "many", "Ingress__Limits__ConnectionsPerSource")]
    [InlineData("Ingress:Limits:RefusalsPerMinute", "-1", "Ingress__Limits__RefusalsPerMinute")]
    [InlineData("ForwardedHeaders_Enabled", "true", "ASPNETCORE_FORWARDEDHEADERS_ENABLED")]
    public void Ingress_names_the_key_and_shows_an_example(string key, string value, string named) => Names(() => IngressApp.Build([.. Right, $"--{key}={value}"]), named);

    [Theory]
    [InlineData("ConnectionStrings:RabbitMq", "", "ConnectionStrings__RabbitMq")]
    [InlineData("ConnectionStrings:Ledger", "", "ConnectionStrings__Ledger")]
    [InlineData("ConnectionStrings:Ledger", "nonsense", "ConnectionStrings__Ledger")]
    [InlineData("ConnectionStrings:Ledger", "Database=d", "ConnectionStrings__Ledger")]
    [InlineData("Kkiapay:Merchants:default:PrivateKey", "", "Kkiapay__Merchants__default__PrivateKey")]
    [InlineData("Kkiapay:Merchants:default:Dialect", "Soap", "Kkiapay__Merchants__default__Dialect")]
    [InlineData("Kkiapay:Merchants:default:Dialect", "Sdk", "Kkiapay__Merchants__default__PublicKey")]
    [InlineData("Kkiapay:Merchants:default:Environment", "Staging", "Kkiapay__Merchants__default__Environment")]
    [InlineData("Kkiapay:Merchants:default:ApiBaseUrl", "kkiapay.me", "Kkiapay__Merchants__default__ApiBaseUrl")]
    [InlineData("Orders:Unannounced", "Maybe", "Orders__Unannounced")]
    [InlineData("Orders:WithoutReference", "1", "Orders__WithoutReference")]
    [InlineData("Processor:BatchSize", "0", "Processor__BatchSize")]
    public void Processor_names_the_key_and_shows_an_example(string key, string value, string named) => Names(() => ProcessorApp.Build([.. Right, $"--{key}={value}"]), named);

    [Theory]
    [InlineData("s3cr3t\r\n")]
    [InlineData("s3cr3t ")]
    [InlineData("\ts3cr3t")]
    [InlineData("s3cr3t\n\n")]
    [InlineData("\ufeffs3cr3t")]
    [InlineData("\"s3cr3t\"")]
    [InlineData("s3cr\nt")]
    [InlineData("s\ufffdcr\ufffdt")]
    [InlineData("   ")]
    public void A_webhook_secret_that_can_match_nothing_stops_the_start_and_is_not_repeated(string secret)
    {
        foreach (var number in new[] { 0, 1 })
        {
            var wrong = Assert.Throws<ConfigurationProblemException>(() => IngressApp.Build([.. Right, $"--Kkiapay:Merchants:default:WebhookSecrets:{number}={secret}"]));
            Assert.Equal($"Kkiapay__Merchants__default__WebhookSecrets__{number}", Assert.Single(wrong.Problems).Key);
            Assert.DoesNotContain("3cr", wrong.Message);
        }
    }

    [Theory]
    [InlineData("PrivateKey", "tpk_1\r\n")]
    [InlineData("PrivateKey", "tpk_1 ")]
    [InlineData("PrivateKey", "tpk 1")]
    [InlineData("PrivateKey", "'tpk_1'")]
    [InlineData("PublicKey", "\ufeffpk_1")]
    [InlineData("SecretKey", "tsk_1\n")]
    public void A_key_that_no_header_carries_stops_the_start(string key, string value) =>
        Names(() => ProcessorApp.Build([.. Right, $"--Kkiapay:Merchants:default:{key}={value}"]), $"Kkiapay__Merchants__default__{key}");

    [Theory]
    [InlineData("ConnectionStrings:RabbitMq", "amqp://u:p%0A@127.0.0.1:5672/", "ConnectionStrings__RabbitMq")]
    [InlineData("ConnectionStrings:RabbitMq", "amqp://u:p%0D%0A@127.0.0.1:5672/", "ConnectionStrings__RabbitMq")]
    [InlineData("ConnectionStrings:RabbitMq", "amqp://u%0D:p@127.0.0.1:5672/", "ConnectionStrings__RabbitMq")]
    [InlineData("ConnectionStrings:Ledger", "Host=127.0.0.1;Username=u;Password='p\r\n'", "ConnectionStrings__Ledger")]
    public void A_password_with_a_line_break_stops_the_start(string key, string value, string named) =>
        Names(() => ProcessorApp.Build([.. Right, $"--{key}={value}"]), named);

    [Fact]
    public void Line_breaks_around_an_address_are_the_files_and_no_part_of_it()
    {
        using var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager();
        configuration["ConnectionStrings:RabbitMq"] = "\ufeffamqp://u:p@127.0.0.1:5672/pay\r\n";
        var settings = new Settings(configuration);
        var text = settings.Required("ConnectionStrings__RabbitMq", BusAddress.Example, BusAddress.ProblemOf);
        settings.ThrowIfWrong();
        Assert.Equal(("p", "pay"), (BusAddress.TryParse(text)!.Password, BusAddress.TryParse(text)!.VirtualHost));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var wrong = Assert.Throws<ConfigurationProblemException>(() => ProcessorApp.Build([]));
        Assert.Equal(
            ["ConnectionStrings__RabbitMq", "ConnectionStrings__Ledger", "Kkiapay__Merchants__default__PrivateKey"], wrong.Problems.Select(p => p.Key));
    }

    [Fact]
    public void A_connection_string_that_is_wrong_is_not_repeated()
    {
        var wrong = Assert.Throws<ConfigurationProblemException>(() => IngressApp.Build([.. Right, "--ConnectionStrings:RabbitMq=http://user:hunter2@host"]));
        Assert.DoesNotContain("hunter2", wrong.Message);
    }

    private static void Names(Action build, string key)
    {
        var problem = Assert.Single(Assert.Throws<ConfigurationProblemException>(build).Problems, p => p.Key == key);
        Assert.NotEmpty(problem.Example);
        Assert.NotEmpty(problem.Problem);
    }
}
