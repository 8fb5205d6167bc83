using System.Collections.Concurrent;
using System.Text;
using KkiaEvents.Kkiapay;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KkiaEvents.Tests.Unit.Kkiapay;

/// <summary>The same client over a real connection, against a server that does as its path says.</summary>
public sealed class KkiapayOverHttpTests : IAsyncLifetime
{
    private const string Id = Provider.Id;
    private readonly ConcurrentBag<string> _paths = [];
    private readonly ConcurrentBag<string> _connections = [];
    private WebApplication _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(Answer);
        await _server.StartAsync(Stop);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_transaction_is_verified()
    {
        var transaction = await Verify("complete");

        Assert.Equal(TransactionStatus.Complete, transaction.Status);
        Assert.Equal("{\"orderId\":\"é\"}", transaction.StateData!.Value.GetRawText());
    }

    [Fact]
    public async Task Connections_are_kept_and_shared_by_all_merchants()
    {
        await using var services = Services("complete", s => s.AddKkiapay("other", o => Configure(o, "complete")));
        var factory = services.GetRequiredService<IKkiapayClientFactory>();

        for (var i = 0; i < 10; i++)
        {
            await factory.GetClient("default").VerifyAsync(Id, Stop);
            await factory.GetClient("other").VerifyAsync(Id, Stop);
        }

        Assert.Equal(20, _paths.Count);
        Assert.Single(_connections.Distinct());
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await Assert.ThrowsAsync<KkiapayProtocolException>(() => Verify("redirect"));
        Assert.Equal($"/redirect/transactions/{Id}", Assert.Single(_paths));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_no_answer() =>
        await Assert.ThrowsAsync<KkiapayUnavailableException>(() => Verify("broken"));

    [Fact]
    public async Task A_body_that_does_not_come_is_no_answer()
    {
        var e = await Assert.ThrowsAsync<KkiapayUnavailableException>(() => Verify("silent", o =>
        {
            o.AttemptTimeout = o.TotalTimeout = TimeSpan.FromSeconds(1);
            o.Retries = 0;
        }));
        Assert.Null(e.StatusCode);
    }

    [Fact]
    public async Task An_answer_too_long_is_not_read_to_its_end() =>
        await Assert.ThrowsAsync<KkiapayProtocolException>(() => Verify("long"));

    [Fact]
    public async Task A_compressed_answer_is_not_asked_for_and_unpacked_all_the_same() =>
        Assert.Equal(TransactionStatus.Complete, (await Verify("gzip")).Status);

    [Fact]
    public async Task A_compressed_answer_that_is_damaged_is_an_error() =>
        Assert.Equal(UnreadableReason.Compression, (await Assert.ThrowsAsync<KkiapayProtocolException>(() => Verify("garbage"))).Reason);

    [Fact]
    public async Task Nobody_listening_is_no_answer()
    {
        await _server.StopAsync(Stop);
        await Assert.ThrowsAsync<KkiapayUnavailableException>(() => Verify("complete"));
    }

    [Fact]
    public async Task Many_verifications_at_once_each_get_their_own_answer()
    {
        await using var services = Services("echo");
        var client = services.GetRequiredService<IKkiapayClient>();

        var all = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.VerifyAsync($"t{i}", Stop)));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => (long?)i), all.Select(t => t.Amount));
    }

    private async Task<KkiapayTransaction> Verify(string path, Action<KkiapayOptions>? configure = null)
    {
        await using var services = Services(path, s => s.Configure<KkiapayOptions>("default", o => configure?.Invoke(o)));
        return await services.GetRequiredService<IKkiapayClient>().VerifyAsync(Id, Stop);
    }

    private ServiceProvider Services(string path, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection();
        services.AddKkiapay(o => Configure(o, path));
        more?.Invoke(services);
        return services.BuildServiceProvider();
    }

    private void Configure(KkiapayOptions options, string path)
    {
        var address = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        options.PrivateKey = "private-1";
        options.ApiBaseUrl = new Uri($"{address}/{path}");
        options.Retries = 1;
    }

    private async Task Answer(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _paths.Add(path);
        _connections.Add(context.Connection.Id);
        var response = context.Response;
        var id = path[(path.LastIndexOf('/') + 1)..];
        switch (path.Split('/')[1])
        {
            case "complete":
                await response.WriteAsync($$"""{"transactionId":"{{id}}","stateData":{"orderId":"é"},"status":"COMPLETE","amount":5000}""");
                break;
            case "echo":
                await response.WriteAsync($$"""{"transactionId":"{{id}}","status":"COMPLETE","amount":{{id[1..]}} }""");
                break;
            case "redirect":
                response.Redirect($"/complete/transactions/{id}", permanent: true, preserveMethod: true);
                break;
            case "broken":
                response.ContentLength = 100;
                await response.WriteAsync("{\"status\":\"COMPLETE\"");
                await response.Body.FlushAsync();
                context.Abort();
                break;
            case "silent":
                await response.WriteAsync("{\"status\":");
                await response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case "long":
                await response.WriteAsync("{\"transactionId\":\"" + id + "\",\"status\":\"COMPLETE\",\"amount\":1,\"x\":\"" + new string('x', 300_000) + "\"}");
                break;
            case "gzip":
                Assert.False(context.Request.Headers.ContainsKey("Accept-Encoding"));
                response.Headers.ContentEncoding = "gzip";
                await using (var gzip = new System.IO.Compression.GZipStream(response.Body, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
                    await gzip.WriteAsync(Encoding.ASCII.GetBytes($$"""{"transactionId":"{{id}}","status":"COMPLETE","amount":5000}"""));
                break;
            case "garbage":
                response.Headers.ContentEncoding = "gzip";
                await response.Body.WriteAsync(Encoding.ASCII.GetBytes("\u001f\u0008garbage"));
                break;
        }
    }
}
