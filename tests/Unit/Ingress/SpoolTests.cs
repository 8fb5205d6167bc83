using KkiaEvents.Contracts;
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
        Assert.Equal(webhook, SpoolRecord.Of(webhook, DateTimeOffset.UtcNow).ToWebhook());
        var parked = IncomingWebhook.Of(new TransactionUnrecognized
        {
            DeliveryId = Guid.NewGuid(), Merchant = "default", Reason = "no text", Body = "\uFFFD", BodyBase64 = "/w==", ReceivedAt = DateTimeOffset.UnixEpoch,
        });
        Assert.Equal(parked, SpoolRecord.Of(parked, DateTimeOffset.UtcNow).ToWebhook());
    }

    [Fact]
    public void A_commit_is_durable_by_the_settings_in_force()
    {
        var folder = _folders.New();
        Directory.CreateDirectory(folder);
        using var file = SpoolFile.Open(Path.Combine(folder, "spool-000001.db"));
        Assert.Equal("wal", file.Pragma("journal_mode"));
        Assert.Equal("2", file.Pragma("synchronous"));
        Assert.Equal("exclusive", file.Pragma("locking_mode"));
        Assert.Equal("0", file.Pragma("wal_autocheckpoint"));
        Assert.Equal("1", file.Pragma("checkpoint_fullfsync"));
        Assert.Equal("2", file.Pragma("auto_vacuum"));
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
        Assert.Single(await SpoolFolders.AllAsync(reopened));
    }

    [Fact]
    public async Task What_a_disk_held_that_refused_at_the_start_is_told_of_once_it_is_found()
    {
        var (path, away) = (_folders.New(), _folders.New());
        using (var spool = SpoolFolders.Open(path))
            await spool.AppendAsync(SpoolFolders.Record("t"));
        var file = Path.Combine(path, "spool-000001.db");
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_whose_time_is_damaged_does_not_stop_the_spool(bool noNumber)
    {
        var path = _folders.New();
        using (var spool = SpoolFolders.Open(path))
        {
            await spool.AppendAsync(SpoolFolders.Record("first"));
            await spool.AppendAsync(SpoolFolders.Record("second"));
        }

        var file = Directory.GetFiles(path, "spool-*.db").Single();
        var bytes = await File.ReadAllBytesAsync(file);
        // The columns' types: the rowid, 32 characters, "TransactionSucceeded", a number of 8 bytes, content. Records fill a page from its end.
        var types = bytes.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x00, 0x4D, 0x35, 0x06]);
        var time = bytes.AsSpan().LastIndexOf("TransactionSucceeded"u8) + 20;
        if (noNumber)
            bytes[types + 3] = 7;
        else
            bytes[time] |= 0x40;
        await File.WriteAllBytesAsync(file, bytes);

        using var reopened = SpoolFolders.Open(path);
        Assert.Null(reopened.State.Problem);
        var all = await SpoolFolders.AllAsync(reopened);
        Assert.Throws<UnreadableRecordException>(() => all[0].Record.ToWebhook());
        Assert.Equal("default/second", all[1].Record.ToWebhook().CorrelationId);
        await reopened.AppendAsync(SpoolFolders.Record("third"));
        Assert.Equal(3, reopened.State.Depth);
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
        await spool.DeleteAsync(await SpoolFolders.AllAsync(spool));
        await spool.AppendAsync(SpoolFolders.Record("again"));
        Assert.Equal(1, spool.State.Depth);
        Assert.InRange(Directory.GetFiles(path).Sum(f => new FileInfo(f).Length), 0, 200_000);
    }

    [Fact]
    public async Task A_record_with_a_wrong_checksum_is_told_from_a_right_one()
    {
        var path = _folders.New();
        using (var spool = SpoolFolders.Open(path))
        {
            await spool.AppendAsync(SpoolFolders.Record("good"));
            await spool.AppendAsync(SpoolFolders.Record("marked_here", 100));
        }

        var file = Directory.GetFiles(path, "spool-*.db").Single();
        var bytes = await File.ReadAllBytesAsync(file);
        var at = bytes.AsSpan().IndexOf("marked_here"u8);
        bytes[at] = (byte)'M';
        await File.WriteAllBytesAsync(file, bytes);

        using var reopened = SpoolFolders.Open(path);
        var all = await SpoolFolders.AllAsync(reopened);
        Assert.Equal("default/good", all[0].Record.ToWebhook().CorrelationId);
        Assert.Throws<UnreadableRecordException>(() => all[1].Record.ToWebhook());
        await reopened.SetAsideAsync([all[1]]);
        Assert.Equal(1, reopened.State.SetAside);
        Assert.Equal(1, reopened.State.Depth);
    }

    [Fact]
    public async Task Whatever_byte_of_the_file_is_wrong_nothing_comes_out_that_did_not_go_in()
    {
        var path = _folders.New();
        var spooled = new Dictionary<Guid, IncomingWebhook>();
        using (var spool = SpoolFolders.Open(path))
        {
            for (var n = 0; n < 60; n++)
            {
                var webhook = SpoolFolders.Webhook($"t{n}", n * 40);
                spooled[webhook.DeliveryId] = webhook;
                await spool.AppendAsync(SpoolRecord.Of(webhook, DateTimeOffset.UtcNow));
            }
        }

        var random = new Random(20261124);
        for (var round = 0; round < 60; round++)
        {
            var copy = _folders.CopyOf(path);
            var file = Directory.GetFiles(copy, "spool-*.db").Single();
            var bytes = await File.ReadAllBytesAsync(file);
            for (var n = 0; n < 4; n++)
                bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            await File.WriteAllBytesAsync(file, bytes);

            using var reopened = SpoolFolders.Open(copy);
            var (good, bad) = (0, 0);
            foreach (var record in await SpoolFolders.AllAsync(reopened))
            {
                try
                {
                    var webhook = record.Record.ToWebhook();
                    Assert.Equal(spooled[webhook.DeliveryId], webhook);
                    good++;
                }
                catch (UnreadableRecordException)
                {
                    bad++;
                }
            }

            // What is missing is not missing silently: the damaged file is kept beside.
            Assert.True(good + bad == spooled.Count || Directory.GetFiles(copy, "*.damaged").Length > 0, $"round {round}: {good} good, {bad} bad");
        }
    }

    [Fact]
    public async Task A_deletion_for_a_file_that_was_replaced_deletes_nothing()
    {
        var path = _folders.New();
        IReadOnlyList<SpooledRecord> old;
        using (var spool = SpoolFolders.Open(path))
        {
            await spool.AppendAsync(SpoolFolders.Record("t"));
            old = await SpoolFolders.AllAsync(spool);
        }

        using var reopened = SpoolFolders.Open(path);
        await reopened.DeleteAsync(old);
        Assert.Equal(1, reopened.State.Depth);
    }

    public void Dispose() => _folders.Dispose();
}
