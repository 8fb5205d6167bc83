using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>A damaged file of the spool is replaced: killed at any step, or out of room, that loses neither what can be read of it nor the file itself.</summary>
[Collection(TakesServersAway.Name)]
public sealed class Trap09_TheSpoolsSalvageIsCutShort(Services services) : IAsyncLifetime
{
    private const int Answered = 60;
    private const int PageBytes = 4096;
    private const int DiskBytes = 8 << 20;
    private readonly string _damaged = NewFolder();
    private readonly List<string> _folders = [];
    private byte[] _file = [];
    private long _salvaged;

    private string DamagedFile => Path.Combine(_damaged, "spool-000001.db");

    public async ValueTask InitializeAsync()
    {
        _folders.Add(_damaged);
        await using (var ingress = new IngressProcess(Broker.Nowhere, _damaged, keep: true))
        {
            await ingress.StartAsync();
            for (var n = 0; n < Answered; n++)
                Assert.Equal(200, (await ingress.PostAsync($"salvage_{n}", salt: new('x', 600)))!.Status);
            await ingress.StopAsync();
        }

        Damage();
        await using var undisturbed = new IngressProcess(Broker.Nowhere, CopyOfDamaged());
        await undisturbed.StartAsync();
        _salvaged = await undisturbed.SpooledAsync();
        Assert.InRange(_salvaged, Answered / 2, Answered - 1);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var folder in _folders.Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("rename", 1)]
    [InlineData("rename", 2)]
    [InlineData("rename", 3)]
    [InlineData("unlink", 1, "spool-000002.db.new-wal")]
    [InlineData("fsync", 2, "")]
    [InlineData("fsync", 3, "")]
    [InlineData("fsync", 4, "")]
    [InlineData("fsync", 5, "")]
    public async Task A_kill_at_any_step_loses_nothing(string call, int which, string? of = null)
    {
        // Take out: in SpoolStore.Open, PutAway of the files that were replaced (Remove each instead).
        Machine.LetsTrace();
        var folder = CopyOfDamaged();
        await using (var killed = new IngressProcess(Broker.Nowhere, folder, keep: true))
        {
            string[] only = of is null ? [] : ["-P", Path.TrimEndingDirectorySeparator(Path.Combine(folder, of))];
            killed.Launch(["strace", "-f", "-o", "/dev/null", .. only, "-e", $"trace=/^({call})(at2?)?$", "-e", $"inject=/^({call})(at2?)?$:signal=KILL:when={which}"]);
            await killed.Exited;
        }

        Assert.True(Directory.GetFiles(folder, "*000002*").Length > 0, "it was killed before the salvage");
        await SalvagedAsync(folder);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.6)]
    public async Task A_full_disk_loses_nothing_and_it_is_tried_again(double room)
    {
        // Take out: in SpoolStore.Replace, Complete (Checkpoint instead): with room for the new file's log alone, the log is deleted.
        var unshare = Machine.LetsMount();
        var mount = NewFolder();
        Directory.CreateDirectory(mount);
        var ballast = DiskBytes - _file.Length - (int)(_file.Length * room) - (8 * PageBytes);
        await using var ingress = new IngressProcess(Broker.Nowhere, mount);
        await ingress.StartAsync([.. unshare, "sh", "-c",
            $"mount -t tmpfs -o size={DiskBytes} spool {mount} && cp {DamagedFile} {mount} && head -c {ballast} /dev/zero >{mount}/ballast && exec \"$0\" \"$@\""]);
        var inside = $"/proc/{ingress.Id}/root{mount}";
        Assert.Contains("can't keep webhooks", ingress.Lines);
        Assert.Equal(_file, await File.ReadAllBytesAsync(Path.Combine(inside, Path.GetFileName(DamagedFile))));
        File.Delete(Path.Combine(inside, "ballast"));
        await Condition.HoldsAsync("what can be read is in the spool", async () => await ingress.SpooledAsync() == _salvaged);
        Assert.Equal(_file, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(inside, "*.damaged"))));
    }

    [Fact]
    public async Task What_a_disk_held_that_refused_at_the_start_is_drained_once_it_takes_again()
    {
        // Take out: FilledAsync's word in SpoolDisk.Show.
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("late"));
        var folder = NewFolder();
        _folders.Add(folder);
        await using (var before = new IngressProcess(Broker.Nowhere, folder, keep: true))
        {
            await before.StartAsync();
            Assert.Equal(200, (await before.PostAsync("late"))!.Status);
            await before.StopAsync();
        }

        var (file, away) = (Path.Combine(folder, "spool-000001.db"), Path.Combine(folder, "away"));
        File.Move(file, away);
        File.CreateSymbolicLink(file, Path.Combine(folder, "nowhere", "file"));
        await using var ingress = new IngressProcess(amqp, folder);
        await ingress.StartAsync();
        Assert.Contains("can't keep webhooks", ingress.Lines);
        File.Move(away, file, overwrite: true);
        await Broker.HasAllAsync(amqp, ["late"], () => ingress.Lines);
    }

    [Fact]
    public async Task A_stop_while_it_drains_sends_nothing_twice()
    {
        // Take out: StopPatience in SpoolDrain.
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("stopped"));
        var folder = NewFolder();
        _folders.Add(folder);
        await using (var before = new IngressProcess(Broker.Nowhere, folder, keep: true))
        {
            await before.StartAsync();
            await Parallel.ForAsync(0, 3000, async (n, _) => Assert.Equal(200, (await before.PostAsync($"stop_{n}"))!.Status));
            await before.StopAsync();
        }

        await using (var draining = new IngressProcess(amqp, folder, keep: true))
        {
            draining.Launch();
            await Condition.HoldsAsync("it drains", () => draining.Lines.Contains("kept as delivery", StringComparison.Ordinal));
            await draining.StopAsync();
        }

        await using var after = new IngressProcess(Broker.Nowhere, folder);
        await after.StartAsync();
        var left = await after.SpooledAsync();
        Assert.InRange(left, 1, 2999);
        Assert.Equal(3000 - left, await Broker.CountAsync(amqp, Broker.Queue));
    }

    private async Task SalvagedAsync(string folder)
    {
        await using var ingress = new IngressProcess(Broker.Nowhere, folder, keep: true);
        await ingress.StartAsync();
        Assert.Equal(_salvaged, await ingress.SpooledAsync());
        Assert.Equal(_file, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder, "*.damaged"))));
    }

    /// <summary>Makes a page unreadable that holds records, and is neither the first nor the last of them.</summary>
    private void Damage()
    {
        _file = File.ReadAllBytes(DamagedFile);
        var leaf = Enumerable.Range(2, (_file.Length / PageBytes) - 2).Select(page => page * PageBytes)
            .Where(at => _file[at] == 13 && _file.AsSpan(at, PageBytes).IndexOf("transaction.success"u8) > 0).ElementAt(2);
        _file.AsSpan(leaf, 64).Fill(0xEE);
        File.WriteAllBytes(DamagedFile, _file);
    }

    private string CopyOfDamaged()
    {
        var copy = NewFolder();
        _folders.Add(copy);
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(_damaged, "spool-*"))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    private static string NewFolder() => Path.Combine(Path.GetTempPath(), $"kkiaevents-chaos-{Guid.NewGuid():n}");
}
