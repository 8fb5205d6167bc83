using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>A damaged file of the spool is replaced: killed at any step, or out of room, that loses neither what can be read of it nor the file itself.</summary>
public sealed class Trap09_TheSpoolsSalvageIsCutShort(DamagedSpool damaged) : IClassFixture<DamagedSpool>
{
    private const int DiskBytes = 8 << 20;

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
        var folder = damaged.Copy();
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
        var mount = damaged.NewFolder();
        var ballast = DiskBytes - damaged.Bytes.Length - (int)(damaged.Bytes.Length * room) - (8 * DamagedSpool.PageBytes);
        await using var ingress = new IngressProcess(Broker.Nowhere, mount);
        await ingress.StartAsync([.. unshare, "sh", "-c",
            $"mount -t tmpfs -o size={DiskBytes} spool {mount} && cp {damaged.FilePath} {mount} && head -c {ballast} /dev/zero >{mount}/ballast && exec \"$0\" \"$@\""]);
        var inside = $"/proc/{ingress.Id}/root{mount}";
        Assert.Contains("can't keep webhooks", ingress.Lines);
        Assert.Equal(damaged.Bytes, await File.ReadAllBytesAsync(Path.Combine(inside, Path.GetFileName(damaged.FilePath))));
        File.Delete(Path.Combine(inside, "ballast"));
        await Condition.HoldsAsync("what can be read is in the spool", async () => await ingress.SpooledAsync() == damaged.Salvaged);
        Assert.Equal(damaged.Bytes, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(inside, "*.damaged"))));
    }

    private async Task SalvagedAsync(string folder)
    {
        await using var ingress = new IngressProcess(Broker.Nowhere, folder, keep: true);
        await ingress.StartAsync();
        Assert.Equal(damaged.Salvaged, await ingress.SpooledAsync());
        Assert.Equal(damaged.Bytes, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder, "*.damaged"))));
    }
}
