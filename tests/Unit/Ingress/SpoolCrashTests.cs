using KkiaEvents.Ingress.Spooling;

namespace KkiaEvents.Tests.Unit.Ingress;

/// <summary>The folder as a kill leaves it after each step of replacing a file of the spool, opened again.</summary>
public sealed class SpoolCrashTests : IDisposable
{
    private const int PageBytes = 4096;
    private readonly SpoolFolders _folders = new();

    /// <summary>Where the replacement of a damaged file was cut short.</summary>
    public enum Cut
    {
        BeforeItBegan,
        WhileTheNewOneWasWritten,
        BeforeTheNewOneHadItsName,
        BeforeTheDamagedOneWasRenamed,
        BeforeItsLogWasRenamed,
        AfterAll,
    }

    [Theory]
    [InlineData(Cut.BeforeItBegan)]
    [InlineData(Cut.WhileTheNewOneWasWritten)]
    [InlineData(Cut.BeforeTheNewOneHadItsName)]
    [InlineData(Cut.BeforeTheDamagedOneWasRenamed)]
    [InlineData(Cut.BeforeItsLogWasRenamed)]
    [InlineData(Cut.AfterAll)]
    public async Task Wherever_a_salvage_is_cut_every_readable_record_is_there_once_and_the_damaged_file_is_kept(Cut cut)
    {
        var damaged = await DamagedAsync();
        var finished = _folders.CopyOf(damaged);
        var salvaged = await IdsAsync(finished);
        Assert.InRange(salvaged.Count, 40, 59);

        var folder = AsLeftBy(cut, damaged, finished);
        for (var opening = 0; opening < 2; opening++)
        {
            Assert.Equal(salvaged, await IdsAsync(folder));
            AssertKept(damaged, folder);
        }
    }

    [Fact]
    public async Task A_second_damage_leaves_what_was_kept_of_the_first()
    {
        var first = await DamagedAsync();
        var folder = _folders.CopyOf(first);
        _ = await IdsAsync(folder);
        DamageALeaf(Path.Combine(folder, "spool-000002.db"), skip: 2);
        _ = await IdsAsync(folder);
        Assert.Equal(2, Directory.GetFiles(folder, "*.damaged").Length);
        AssertKept(first, folder);
    }

    [Fact]
    public async Task A_file_that_has_the_number_of_a_kept_one_does_not_take_its_place()
    {
        var first = await DamagedAsync();
        var folder = _folders.CopyOf(first);
        _ = await IdsAsync(folder);
        // Somebody puts a file of an earlier day back.
        var second = await DamagedAsync();
        foreach (var file in Directory.GetFiles(folder, "spool-*.db*"))
            File.Delete(file);
        foreach (var file in Directory.GetFiles(second, "spool-*"))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));

        Assert.InRange((await IdsAsync(folder)).Count, 40, 59);
        AssertKept(first, folder);
        AssertKept(second, folder);
    }

    [Fact]
    public async Task A_whole_file_that_was_copied_and_not_yet_deleted_is_deleted()
    {
        var (old, spooled) = await WholeAsync();
        var folder = _folders.CopyOf(old);
        File.Move(Path.Combine(folder, "spool-000001.db"), Path.Combine(folder, "spool-000002.db"));
        File.Move(Path.Combine(folder, "spool-000001.db-wal"), Path.Combine(folder, "spool-000002.db-wal"));
        File.Copy(Path.Combine(old, "spool-000001.db"), Path.Combine(folder, "spool-000001.db"));
        File.Copy(Path.Combine(old, "spool-000001.db-wal"), Path.Combine(folder, "spool-000001.db-wal"));
        Assert.Equal(spooled, await IdsAsync(folder));
        Assert.Empty(Directory.GetFiles(folder, "*000001*"));
    }

    [Fact]
    public async Task A_file_whose_check_fails_is_kept_also_when_all_that_it_shows_could_be_read()
    {
        var (folder, spooled) = await WholeAsync();
        _ = await IdsAsync(folder);
        var file = Path.Combine(folder, "spool-000001.db");
        var bytes = File.ReadAllBytes(file);
        // One cell less on a leaf: whoever reads it gets no error, and no record.
        var leaf = Leaves(bytes).ElementAt(3);
        bytes[leaf + 4]--;
        File.WriteAllBytes(file, bytes);
        Assert.Equal(spooled.Count - 1, (await IdsAsync(folder)).Count);
        Assert.Equal(bytes, File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder, "*.damaged"))));
    }

    [Fact]
    public async Task Of_a_file_whose_last_page_is_damaged_all_the_others_are_read()
    {
        var (folder, spooled) = await WholeAsync();
        _ = await IdsAsync(folder);
        DamageALeaf(Path.Combine(folder, "spool-000001.db"), skip: Leaves(File.ReadAllBytes(Path.Combine(folder, "spool-000001.db"))).Count() - 1);
        var there = await IdsAsync(folder);
        Assert.InRange(there.Count, spooled.Count / 2, spooled.Count - 1);
        Assert.Single(Directory.GetFiles(folder, "*.damaged"));
    }

    [Fact]
    public async Task Of_a_file_whose_first_page_of_records_is_damaged_all_the_others_are_read()
    {
        var (folder, spooled) = await WholeAsync();
        _ = await IdsAsync(folder);
        DamageALeaf(Path.Combine(folder, "spool-000001.db"), skip: 0);
        var there = await IdsAsync(folder);
        Assert.InRange(there.Count, spooled.Count / 2, spooled.Count - 1);
        Assert.Single(Directory.GetFiles(folder, "*.damaged"));
    }

    [Fact]
    public async Task A_log_that_is_damaged_before_its_end_is_kept_with_its_file()
    {
        var (folder, spooled) = await WholeAsync();
        var log = Path.Combine(folder, "spool-000001.db-wal");
        var bytes = File.ReadAllBytes(log);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(log, bytes);
        var there = await IdsAsync(folder);
        Assert.InRange(there.Count, 40, spooled.Count - 1);
        Assert.Equal(bytes, File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder, "*.damaged-wal"))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_log_whose_file_is_empty_or_gone_is_kept(bool gone)
    {
        var (folder, _) = await WholeAsync();
        var file = Path.Combine(folder, "spool-000001.db");
        var log = File.ReadAllBytes(file + "-wal");
        if (gone)
            File.Delete(file);
        else
            File.WriteAllBytes(file, []);
        _ = await IdsAsync(folder);
        Assert.Equal(log, File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder, "*.damaged-wal"))));
    }

    public void Dispose() => _folders.Dispose();

    /// <summary>40 records in the file and 20 in its log, as a kill leaves them.</summary>
    private async Task<(string Folder, List<Guid> Spooled)> WholeAsync()
    {
        var path = _folders.New();
        var spooled = new List<Guid>();
        using (var spool = SpoolFolders.Open(path))
            await AppendAsync(spool, 40);
        using var again = SpoolFolders.Open(path);
        await AppendAsync(again, 20);
        return (_folders.CopyOf(path), spooled);

        async Task AppendAsync(Spool spool, int count)
        {
            for (var n = 0; n < count; n++)
            {
                var record = SpoolFolders.Record($"t{spooled.Count}", 300);
                await spool.AppendAsync(record);
                spooled.Add(record.DeliveryId);
            }
        }
    }

    private async Task<string> DamagedAsync()
    {
        var (folder, _) = await WholeAsync();
        DamageALeaf(Path.Combine(folder, "spool-000001.db"), skip: 2);
        return folder;
    }

    private static void DamageALeaf(string file, int skip)
    {
        var bytes = File.ReadAllBytes(file);
        bytes.AsSpan(Leaves(bytes).ElementAt(skip), 64).Fill(0xEE);
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>Where the pages begin that hold records.</summary>
    private static IEnumerable<int> Leaves(byte[] file) =>
        Enumerable.Range(2, (file.Length / PageBytes) - 2).Select(page => page * PageBytes).Where(at => file[at] == 13 && file.AsSpan(at, PageBytes).IndexOf("transaction.success"u8) > 0);

    private string AsLeftBy(Cut cut, string damaged, string finished)
    {
        var folder = _folders.CopyOf(damaged);
        var (old, fresh) = (Path.Combine(folder, "spool-000001.db"), Path.Combine(folder, "spool-000002.db"));
        var whole = File.ReadAllBytes(Path.Combine(finished, "spool-000002.db"));
        if (cut == Cut.WhileTheNewOneWasWritten)
        {
            File.WriteAllBytes(fresh + ".new", whole[..PageBytes]);
            File.WriteAllBytes(fresh + ".new-wal", whole[^PageBytes..]);
        }

        if (cut == Cut.BeforeTheNewOneHadItsName)
            File.WriteAllBytes(fresh + ".new", whole);
        if (cut >= Cut.BeforeTheDamagedOneWasRenamed)
            File.WriteAllBytes(fresh, whole);
        if (cut >= Cut.BeforeItsLogWasRenamed)
            File.Move(old, Path.ChangeExtension(old, ".damaged"));
        if (cut >= Cut.AfterAll)
            File.Move(old + "-wal", Path.ChangeExtension(old, ".damaged") + "-wal");
        return folder;
    }

    /// <summary>The file and its log, byte for byte, and one beside the other.</summary>
    private static void AssertKept(string damaged, string folder)
    {
        var (file, log) = (File.ReadAllBytes(Path.Combine(damaged, "spool-000001.db")), File.ReadAllBytes(Path.Combine(damaged, "spool-000001.db-wal")));
        Assert.NotEmpty(log);
        Assert.Single(Directory.GetFiles(folder, "*.damaged"), kept => File.ReadAllBytes(kept).AsSpan().SequenceEqual(file) && File.Exists(kept + "-wal") && File.ReadAllBytes(kept + "-wal").AsSpan().SequenceEqual(log));
    }

    private static async Task<List<Guid>> IdsAsync(string folder)
    {
        using var spool = SpoolFolders.Open(folder);
        Assert.Null(spool.State.Problem);
        return [.. (await SpoolFolders.AllAsync(spool)).Select(r => r.Record.ToWebhook().DeliveryId)];
    }
}
