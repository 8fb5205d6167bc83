using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using KkiaEvents.Ledger.Auditing;

namespace KkiaEvents.Tests.Unit.Ledger.Auditing;

/// <summary>An export that is written as a zip while it is read.</summary>
public sealed class ExportStreamTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("kkia-stream-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task It_holds_what_the_files_hold_and_its_manifest_comes_last()
    {
        var events = Streams.OneOfEach();
        using var zip = new MemoryStream();
        await WriteAsync(new ForwardOnly(zip), () => events.AllAsync());
        await LedgerExport.WriteAsync(_directory, events.AllAsync(), _ => Given.Lenient, Given.Noon, cancellationToken: Token);
        await using var archive = new ZipArchive(zip);
        Assert.Equal([ExportManifest.EventsFile, ExportManifest.OutcomesFile, ExportManifest.FileName], archive.Entries.Select(e => e.Name));
        foreach (var entry in archive.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync(Token));
            Assert.Equal(await File.ReadAllTextAsync(Path.Combine(_directory, entry.Name), Token), await reader.ReadToEndAsync(Token));
        }
    }

    [Fact]
    public async Task Its_first_bytes_are_out_before_its_last_event_is_read()
    {
        using var zip = new MemoryStream();
        var written = 0L;
        async IAsyncEnumerable<StoredEvent> Many([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            for (var n = 1; zip.Length < 200_000; n++)
            {
                Assert.True(n < 100_000, "Nothing comes out until everything is read.");
                yield return Event(n);
            }

            written = zip.Length;
            yield return Event(1_000_000);
        }

        await WriteAsync(new ForwardOnly(zip), () => Many(Token), () => AsyncEnumerable.Empty<StoredEvent>());
        Assert.InRange(written, 200_000, zip.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_broke_off_is_no_zip_that_opens(bool inOutcomes)
    {
        async IAsyncEnumerable<StoredEvent> Broken()
        {
            for (var n = 1; n < 500; n++)
                yield return Event(n);
            await Task.Yield();
            throw new IOException("The database is gone.");
        }

        using var zip = new MemoryStream();
        await Assert.ThrowsAsync<IOException>(() => inOutcomes ? WriteAsync(new ForwardOnly(zip), () => Streams.OneOfEach().AllAsync(), Broken) : WriteAsync(new ForwardOnly(zip), Broken));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(zip.Length > 0);
        Assert.Throws<InvalidDataException>(() => new ZipArchive(zip));
    }

    private static StoredEvent Event(int n) => new(
        n, new Guid(n, 0, 0, new byte[8]), $"default/txn_{n}", 1, "webhook_recorded", Given.Noon,
        System.Text.Encoding.UTF8.GetBytes($"{{\"n\":\"{Convert.ToHexString(RandomNumberGenerator.GetBytes(500))}\"}}"));

    private static Task<ExportManifest> WriteAsync(Stream to, Func<IAsyncEnumerable<StoredEvent>> events, Func<IAsyncEnumerable<StoredEvent>>? outcomes = null) =>
        ExportStream.WriteAsync(to, events, outcomes ?? events, new(), _ => Given.Lenient, Given.Noon, Token);

    /// <summary>Like a connection: what is written is gone.</summary>
    private sealed class ForwardOnly(Stream inner) : Stream
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

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
