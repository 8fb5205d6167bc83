using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using KkiaEvents.Tests.Integration.Infrastructure;
using Marten;

namespace KkiaEvents.Tests.Integration.Operating;

/// <summary>An export over HTTP of a ledger that no buffer on the way holds.</summary>
public class StreamedExportTests(Operators system) : IClassFixture<Operators>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_runs_at_a_time_and_one_that_breaks_off_does_not_look_whole()
    {
        await FillAsync();
        using var slow = Slow();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/export");
        // The answer is there before the ledger is read: its reader waits for this client.
        using var response = await slow.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var reader = await WaitingReaderAsync();

        foreach (var path in new[] { "/api/v1/export", "/api/v1/rederivation" })
        {
            using var second = await system.Reader.GetAsync(path, Token);
            Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
            Assert.Equal("application/problem+json", second.Content.Headers.ContentType?.MediaType);
            Assert.True(second.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            Assert.Contains("one at a time", await second.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }

        await system.ReadAsync<bool>($"select pg_terminate_backend({reader})");
        using var taken = new MemoryStream();
        await Assert.ThrowsAnyAsync<Exception>(async () => await (await response.Content.ReadAsStreamAsync(Token)).CopyToAsync(taken, Token));
        Assert.True(taken.Length > 0);
        Assert.Throws<InvalidDataException>(() => new ZipArchive(taken));

        // The next one has its turn, and is whole.
        await Condition.HoldsAsync("the turn is given back", async () => (await system.Reader.GetAsync("/api/v1/rederivation", Token)).IsSuccessStatusCode);
        await using var whole = new ZipArchive(await system.Reader.GetStreamAsync("/api/v1/export", Token));
        Assert.Equal("manifest.json", whole.Entries[^1].Name);
    }

    [Fact]
    public async Task What_is_stored_while_an_export_runs_is_in_none_of_its_files()
    {
        var folder = Directory.CreateTempSubdirectory("kkia-test-");
        try
        {
            await PayAsync();
            var export = new LedgerExport(new(system.Database, system.Get<LedgerOptions>()), _ => new OrderPolicy(), TimeProvider.System);
            await using var opened = await export.OpenAsync(new(), Token);
            await PayAsync();
            var zip = Path.Combine(folder.FullName, "export.zip");
            await using (var file = File.Create(zip))
            await using (var between = new Between(file, PayAsync))
                Assert.True((await opened.WriteAsync(between, Token)).Events > 0);
            await ZipFile.ExtractToDirectoryAsync(zip, folder.FullName, Token);
            var verified = await system.KkiaAsync("verify-export", folder.FullName);
            Assert.True(verified.Code == 0, verified.Output + verified.Error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task PayAsync()
    {
        var id = await system.Provider.PayAsync(new { amount = 5000, stateData = new { orderId = $"order-{Guid.NewGuid():n}" } });
        await system.NotifyAsync(id);
        await Condition.HoldsAsync("it is decided", async () => await system.ReadAsync<long>($"select count(*) from kkiaevents.deliveries where transaction_id = '{id}'") == 1);
    }

    // Random, so that a zip makes it little smaller.
    private async Task FillAsync()
    {
        await using var session = system.Get<IDocumentStore>().LightweightSession();
        for (var n = 0; n < 40; n++)
        {
            var body = Convert.ToBase64String(RandomNumberGenerator.GetBytes(1 << 20));
            session.Events.StartStream<Payment>($"default/txn_large_{n}", new WebhookRecorded(
                Guid.NewGuid(), "transaction.success", 5000, null, body, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))), null, DateTimeOffset.UtcNow));
        }

        await session.SaveChangesAsync(Token);
    }

    private HttpClient Slow() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8 * 1024 };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = system.Reader.BaseAddress, DefaultRequestHeaders = { Authorization = system.Reader.DefaultRequestHeaders.Authorization } };

    private async Task<int> WaitingReaderAsync()
    {
        int? pid = null;
        await Condition.HoldsAsync("PostgreSQL waits for the export's reader", async () =>
        {
            await using var command = system.Database.CreateCommand("select pid from pg_stat_activity where datname = current_database() and wait_event = 'ClientWrite' and query like '%mt_events%'");
            pid = (int?)await command.ExecuteScalarAsync(Token);
            return pid is not null;
        });
        return pid!.Value;
    }

    /// <summary>Has something else happen whenever a file of the zip begins or ends.</summary>
    private sealed class Between(Stream inner, Func<Task> happens) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await happens();
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
