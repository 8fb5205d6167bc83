using KkiaEvents.Ingress;
using KkiaEvents.Processor;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace KkiaEvents.Tests.Unit;

/// <summary>MassTransit tells its makers about queues and machine unless it is told not to.</summary>
public sealed class UsageTelemetryTests : IDisposable
{
    private readonly string _spool = Path.Combine(Path.GetTempPath(), $"kkiaevents-spool-{Guid.NewGuid():n}");

    [Fact]
    public async Task Ingress_tells_nobody_how_it_is_used() => await TellsNobodyAsync(IngressApp.Build(
    [
        "--ConnectionStrings:RabbitMq=amqp://u:p@127.0.0.1:1/", "--Kkiapay:Merchants:default:WebhookSecrets:0=whsec_unit", $"--Ingress:Spool:Directory={_spool}",
    ]));

    [Fact]
    public async Task Processor_tells_nobody_how_it_is_used() => await TellsNobodyAsync(ProcessorApp.Build(
    [
        "--ConnectionStrings:RabbitMq=amqp://u:p@127.0.0.1:1/", "--ConnectionStrings:Ledger=Host=127.0.0.1;Port=1;Username=u;Password=p;Database=d",
        "--Kkiapay:Merchants:default:PrivateKey=tpk_unit", "--Kkiapay:Merchants:default:Environment=Sandbox",
    ]));

    public void Dispose()
    {
        if (Directory.Exists(_spool))
            Directory.Delete(_spool, recursive: true);
    }

    private static async Task TellsNobodyAsync(WebApplication app)
    {
        await using (app)
            Assert.False(app.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }
}
