namespace KkiaEvents.Tests.Chaos;

/// <summary>A spool with a page that can't be read, and what an undisturbed Ingress makes of it.</summary>
public sealed class DamagedSpool : IAsyncLifetime
{
    public const int PageBytes = 4096;

    private const int Answered = 60;
    private readonly List<string> _folders = [];

    /// <summary>The damaged file.</summary>
    public string FilePath { get; private set; } = "";

    /// <summary>What is in it.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>How many of its webhooks can be read.</summary>
    public long Salvaged { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var folder = NewFolder();
        await using (var ingress = new IngressProcess(Broker.Nowhere, folder, keep: true))
        {
            await ingress.StartAsync();
            for (var n = 0; n < Answered; n++)
                Assert.Equal(200, (await ingress.PostAsync($"salvage_{n}", salt: new('x', 600)))!.Status);
            await ingress.StopAsync();
        }

        FilePath = Path.Combine(folder, "spool-000001.db");
        Damage();
        await using var undisturbed = new IngressProcess(Broker.Nowhere, Copy(), keep: true);
        await undisturbed.StartAsync();
        Salvaged = await undisturbed.SpooledAsync();
        Assert.InRange(Salvaged, Answered / 2, Answered - 1);
    }

    /// <summary>A folder of its own with the same spool in it.</summary>
    public string Copy()
    {
        var copy = NewFolder();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(FilePath)!, "spool-*"))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    /// <summary>An empty folder that goes with this.</summary>
    public string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("kkiaevents-chaos-").FullName;
        _folders.Add(folder);
        return folder;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var folder in _folders.Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes a page unreadable that holds records, and is neither the first nor the last of them.</summary>
    private void Damage()
    {
        Bytes = File.ReadAllBytes(FilePath);
        var leaf = Enumerable.Range(2, (Bytes.Length / PageBytes) - 2).Select(page => page * PageBytes)
            .Where(at => Bytes[at] == 13 && Bytes.AsSpan(at, PageBytes).IndexOf("transaction.success"u8) > 0).ElementAt(2);
        Bytes.AsSpan(leaf, 64).Fill(0xEE);
        File.WriteAllBytes(FilePath, Bytes);
    }
}
