using KkiaEvents.Contracts;
using KkiaEvents.Ingress.Publishing;
using KkiaEvents.Ingress.Spooling;
using KkiaEvents.Ingress.Webhooks;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Tests.Unit.Ingress;

public sealed class SpoolTests : IDisposable
{
    private readonly SpoolFolders _folders = new();

    [Fact]
    public void What_was_spooled_comes_back_as_it_was()
    {
        var webhook = SpoolFolders.Webhook("txn_1", 500);
        Assert.Equal(webhook, SpooledWebhook.Read(SpooledWebhook.Of(webhook, DateTimeOffset.UtcNow)));
        var parked = IncomingWebhook.Of(new TransactionUnrecognized
        {
            DeliveryId = Guid.NewGuid(), Merchant = "default", Reason = "no text", Body = "\uFFFD", BodyBase64 = "/w==", ReceivedAt = DateTimeOffset.UnixEpoch,
        });
        Assert.Equal(parked, SpooledWebhook.Read(SpooledWebhook.Of(parked, DateTimeOffset.UtcNow)));
    }

    [Fact]
    public void The_checksum_is_CRC_32C() => Assert.Equal(0xE3069283, SpoolFrame.ChecksumOf("123456789"u8));

    [Fact]
    public async Task A_record_that_looks_like_another_segments_frames_is_read_as_one_record()
    {
        var path = _folders.New();
        using (var spool = SpoolFolders.Open(path))
            await spool.AppendAsync(SpoolFolders.Record("t"));
        var frame = File.ReadAllBytes(SpoolFolders.SegmentIn(path));
        var hostile = new SpoolRecord(DateTimeOffset.UnixEpoch, [.. frame, .. frame]);
        var other = _folders.New();
        using (var spool = SpoolFolders.Open(other))
            await spool.AppendAsync(hostile);
        // Its own header is damaged: whoever looks for the next one must not find those inside of it.
        var bytes = File.ReadAllBytes(SpoolFolders.SegmentIn(other));
        bytes[9] ^= 1;
        File.WriteAllBytes(SpoolFolders.SegmentIn(other), bytes);
        using var reopened = SpoolFolders.Open(other);
        Assert.Empty(SpoolFolders.All(reopened));
        Assert.Equal(bytes, File.ReadAllBytes(Directory.GetFiles(other, "*.damaged").Single()));
        Assert.Equal(1, reopened.State.Damaged);
    }

    [Fact]
    public async Task A_segment_goes_when_the_last_of_its_records_is_taken_and_not_before()
    {
        var path = _folders.New();
        using var spool = SpoolFolders.Open(path);
        for (var n = 0; n < 10; n++)
            await spool.AppendAsync(SpoolFolders.Record($"t{n}"));
        var all = SpoolFolders.All(spool);
        spool.Forget(all.Skip(1).Select(r => r.Place));
        Assert.Single(Directory.GetFiles(path, "*.segment"));
        Assert.Equal((1, all[0].Record.SpooledAt), (spool.State.Depth, spool.State.Oldest));
        spool.Forget([all[0].Place]);
        Assert.Empty(Directory.GetFiles(path, "*-*"));
        Assert.Equal((0, 0, null), (spool.State.Depth, spool.State.Bytes, spool.State.Oldest));
    }

    [Fact]
    public async Task What_was_taken_before_a_kill_does_not_come_again()
    {
        var path = _folders.New();
        using var spool = SpoolFolders.Open(path);
        for (var n = 0; n < 10; n++)
            await spool.AppendAsync(SpoolFolders.Record($"t{n}"));
        spool.Forget(SpoolFolders.All(spool).Take(6).Select(r => r.Place));
        using var after = SpoolFolders.Open(_folders.CopyOf(path));
        Assert.Equal(SpoolFolders.Ids(spool), SpoolFolders.Ids(after));
    }

    [Fact]
    public void The_spool_of_an_earlier_version_is_left_and_told_of()
    {
        var path = _folders.New();
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "spool-000001.db"), "SQLite format 3");
        using var spool = SpoolFolders.Open(path);
        Assert.Equal(1, spool.State.Damaged);
        Assert.Equal("SQLite format 3", File.ReadAllText(Path.Combine(path, "spool-000001.db")));
    }

    [Fact]
    public async Task A_segment_that_is_put_back_into_the_folder_is_taken_up()
    {
        var (path, away) = (_folders.New(), _folders.New());
        using (var spool = SpoolFolders.Open(path))
            await spool.AppendAsync(SpoolFolders.Record("t"));
        var file = SpoolFolders.SegmentIn(path);
        File.Move(file, away);
        using var reopened = SpoolFolders.Open(path);
        var filled = reopened.FilledAsync(CancellationToken.None);
        Assert.False(filled.IsCompleted);
        File.Move(away, file);
        await filled.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Single(SpoolFolders.All(reopened));
    }

    [Fact]
    public void A_folder_that_it_makes_is_its_own_users_alone()
    {
        var path = _folders.New();
        using var folder = SpoolFolder.Take(path);
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows has no modes.");
        else
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Two_never_share_a_spool_and_the_second_is_told_who_has_it()
    {
        var path = _folders.New();
        using var first = SpoolFolders.Open(path);
        var problem = Assert.Single(Assert.Throws<ConfigurationProblemException>(() => SpoolFolders.Open(path)).Problems);
        Assert.Equal("Ingress__Spool__Directory", problem.Key);
        Assert.Contains($"process {Environment.ProcessId}", problem.Problem);
        Assert.Equal("/var/lib/kkiaevents/spool", problem.Example);
    }

    [Fact]
    public void Two_never_share_a_spool_also_when_somebody_deletes_the_lock()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere a file that is held can't be deleted, or the folder can't be held");
        var path = _folders.New();
        using var first = SpoolFolders.Open(path);
        File.Delete(Path.Combine(path, "lock"));
        var problem = Assert.Single(Assert.Throws<ConfigurationProblemException>(() => SpoolFolders.Open(path)).Problems);
        Assert.Contains($"in use by another Ingress (process {Environment.ProcessId}", problem.Problem);
    }

    [Fact]
    public async Task A_disk_that_is_full_at_the_start_can_still_be_drained()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full, which is always full");
        var path = _folders.New();
        using (var spool = SpoolFolders.Open(path))
            await spool.AppendAsync(SpoolFolders.Record("t"));
        File.Delete(Path.Combine(path, "holder"));
        File.CreateSymbolicLink(Path.Combine(path, "holder"), "/dev/full");
        using var reopened = SpoolFolders.Open(path);
        Assert.Single(SpoolFolders.All(reopened));
    }

    [Fact]
    public async Task What_a_disk_held_that_refused_at_the_start_is_told_of_once_it_is_found()
    {
        var (path, away) = (_folders.New(), _folders.New());
        using (var spool = SpoolFolders.Open(path))
            await spool.AppendAsync(SpoolFolders.Record("t"));
        var file = SpoolFolders.SegmentIn(path);
        File.Move(file, away);
        File.CreateSymbolicLink(file, Path.Combine(away + ".nowhere", "file"));
        using var reopened = SpoolFolders.Open(path);
        Assert.NotNull(reopened.State.Problem);
        var filled = reopened.FilledAsync(CancellationToken.None);
        Assert.False(filled.IsCompleted);
        File.Move(away, file, overwrite: true);
        await filled.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1, reopened.State.Depth);
        Assert.Null(reopened.State.Problem);
    }

    [Fact]
    public void A_folder_that_can_not_be_written_to_stops_the_start()
    {
        var file = _folders.New();
        Directory.CreateDirectory(file);
        File.WriteAllText(Path.Combine(file, "taken"), "");
        var problem = Assert.Single(Assert.Throws<ConfigurationProblemException>(() => SpoolFolders.Open(Path.Combine(file, "taken", "spool"))).Problems);
        Assert.Equal("Ingress__Spool__Directory", problem.Key);
    }

    [Fact]
    public async Task A_full_spool_refuses_and_takes_again_after_draining_and_the_disk_has_its_space_back()
    {
        var path = _folders.New();
        using var spool = SpoolFolders.Open(path, maxBytes: 1 << 20);
        var refused = await Assert.ThrowsAsync<SpoolException>(async () =>
        {
            for (var n = 0; ; n++)
                await spool.AppendAsync(SpoolFolders.Record($"t{n}", 20_000));
        });
        Assert.Equal(SpoolTrouble.Full, refused.Trouble);
        Assert.Contains("Ingress__Spool__MaxMegabytes", refused.Message);
        Assert.InRange(spool.State.Depth, 30, 60);
        spool.Forget(SpoolFolders.All(spool).Select(r => r.Place));
        await spool.AppendAsync(SpoolFolders.Record("again"));
        Assert.Equal(1, spool.State.Depth);
        Assert.InRange(Directory.GetFiles(path).Sum(f => new FileInfo(f).Length), 0, 200_000);
    }

    public void Dispose() => _folders.Dispose();
}
