using CsCheck;
using KkiaEvents.Ingress.Publishing;
using KkiaEvents.Ingress.Spooling;

namespace KkiaEvents.Tests.Unit.Ingress;

/// <summary>Any sequence of what can happen to a spool, held against a list.</summary>
public sealed class SpoolModelTests : IDisposable
{
    private readonly SpoolFolders _folders = new();

    private enum Step
    {
        Append,
        AppendMany,
        Take,
        TakeSome,
        SetAside,
        Restart,
        Crash,
        CrashWhileWriting,
    }

    [Fact]
    public async Task Any_sequence_of_appends_drains_restarts_and_kills_at_any_byte_keeps_what_was_answered_in_its_order() =>
        await Gen.Select(Gen.Enum<Step>(), Gen.Int[0, int.MaxValue]).Array[1, 25].SampleAsync(HoldsAsync, iter: 60, threads: 1);

    [Fact]
    public void Whatever_bytes_are_damaged_every_other_record_comes_out_in_its_order_and_nothing_else_does() =>
        Gen.Select(Gen.Int[1, 40], Gen.Select(Gen.Double[0, 1], Gen.Byte[1, 255], Gen.Frequency((6, Gen.Const(1)), (1, Gen.Int[2, 3000]))).Array[1, 5]).Sample((records, wrong) =>
        {
            var path = _folders.New();
            var written = Written(path, records);
            var file = SpoolFolders.SegmentIn(path);
            var bytes = File.ReadAllBytes(file);
            var touched = new HashSet<int>();
            foreach (var (where, by, length) in wrong)
            {
                var at = (int)(where * (bytes.Length - 1));
                for (var i = at; i < Math.Min(at + length, bytes.Length); i++)
                {
                    bytes[i] ^= by;
                    touched.Add(i);
                }
            }

            File.WriteAllBytes(file, bytes);
            // A byte that was changed twice may be what it was.
            var whole = written.Where(w => !Enumerable.Range(w.Offset, w.Length).Any(touched.Contains)).Select(w => w.Id).ToList();
            using (var spool = SpoolFolders.Open(path))
            {
                Assert.Null(spool.State.Problem);
                var there = SpoolFolders.Ids(spool);
                Assert.Subset(there.ToHashSet(), whole.ToHashSet());
                Assert.Equal(written.Select(w => w.Id).Where(there.Contains), there);
                Assert.True(written.Count == there.Count || spool.State.Damaged == 1, $"{written.Count - there.Count} are missing, and nothing says so");
                spool.Forget(SpoolFolders.All(spool).Select(r => r.Place));
                Assert.Empty(Directory.GetFiles(path, "*.segment"));
                Assert.Equal(spool.State.Damaged, Directory.GetFiles(path, "*.damaged").Length);
            }
        }, iter: 300, threads: 1);

    [Fact]
    public void Whatever_bytes_of_the_notes_of_what_is_taken_are_damaged_nothing_that_waits_is_missing() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Byte[1, 255]).Array[1, 8].Sample(wrong =>
        {
            var path = _folders.New();
            List<Guid> waiting;
            using (var spool = SpoolFolders.Open(path))
            {
                for (var n = 0; n < 30; n++)
                    spool.AppendAsync(SpoolFolders.Record($"t{n}")).Wait(TestContext.Current.CancellationToken);
                spool.Forget(SpoolFolders.All(spool).Where((_, n) => n % 3 != 0).Select(r => r.Place));
                waiting = SpoolFolders.Ids(spool);
            }

            var notes = Directory.GetFiles(path, "*.taken").Single();
            var bytes = File.ReadAllBytes(notes);
            foreach (var (at, by) in wrong)
                bytes[at % bytes.Length] ^= by;
            File.WriteAllBytes(notes, bytes);
            using var reopened = SpoolFolders.Open(path);
            Assert.Subset(SpoolFolders.Ids(reopened).ToHashSet(), waiting.ToHashSet());
        }, iter: 200, threads: 1);

    [Fact]
    public void Wherever_the_file_ends_all_that_was_whole_before_comes_out_and_an_unfinished_record_is_no_damage()
    {
        var path = _folders.New();
        var written = Written(path, 5);
        var bytes = File.ReadAllBytes(SpoolFolders.SegmentIn(path));
        for (var end = 0; end <= bytes.Length; end++)
        {
            var cut = _folders.CopyOf(path);
            File.WriteAllBytes(SpoolFolders.SegmentIn(cut), bytes[..end]);
            using var spool = SpoolFolders.Open(cut);
            Assert.Equal(written.Where(w => w.Offset + w.Length <= end).Select(w => w.Id), SpoolFolders.Ids(spool));
            Assert.Equal(0, spool.State.Damaged);
        }
    }

    [Fact]
    public async Task A_copy_of_the_files_at_any_moment_has_everything_that_was_answered()
    {
        var path = _folders.New();
        using var spool = SpoolFolders.Open(path);
        var answered = new List<Guid>();
        for (var round = 0; round < 25; round++)
        {
            // Some are under way while the copy is made: they may be in it, those that were answered must.
            var writing = Enumerable.Range(0, 40).Select(n => SpoolFolders.Webhook($"t{round}_{n}", n * 50)).Select(async webhook =>
            {
                await spool.AppendAsync(SpooledWebhook.Of(webhook, DateTimeOffset.UtcNow));
                lock (answered)
                    answered.Add(webhook.DeliveryId);
            }).ToList();
            List<Guid> before;
            lock (answered)
                before = [.. answered];
            var copy = _folders.CopyOf(path);
            await Task.WhenAll(writing);
            using var reopened = SpoolFolders.Open(copy);
            Assert.Subset(SpoolFolders.Ids(reopened).ToHashSet(), before.ToHashSet());
        }
    }

    public void Dispose() => _folders.Dispose();

    /// <summary>Records in one segment, and where each lies.</summary>
    private static List<(Guid Id, int Offset, int Length)> Written(string path, int count)
    {
        var written = new List<(Guid, int, int)>();
        var offset = 0;
        using var spool = SpoolFolders.Open(path);
        for (var n = 0; n < count; n++)
        {
            var webhook = SpoolFolders.Webhook($"t{n}", n * 7);
            var record = SpooledWebhook.Of(webhook, DateTimeOffset.UtcNow);
            spool.AppendAsync(record).Wait(TestContext.Current.CancellationToken);
            written.Add((webhook.DeliveryId, offset, record.Weight));
            offset += record.Weight;
        }

        return written;
    }

    private async Task HoldsAsync((Step Step, int Draw)[] steps)
    {
        var path = _folders.New();
        var model = new List<Guid>();
        var aside = 0;
        var spool = SpoolFolders.Open(path);
        try
        {
            foreach (var (step, draw) in steps)
            {
                switch (step)
                {
                    case Step.Append or Step.AppendMany:
                        var webhooks = Enumerable.Range(0, step == Step.Append ? 1 : 30).Select(n => SpoolFolders.Webhook($"t{model.Count + n}", n * 200)).ToList();
                        await Task.WhenAll(webhooks.Select(w => spool.AppendAsync(SpooledWebhook.Of(w, DateTimeOffset.UtcNow))));
                        model.AddRange(webhooks.Select(w => w.DeliveryId));
                        break;
                    case Step.Take or Step.TakeSome:
                        var some = spool.Read(SpoolPlace.Start, 7).Where((_, n) => step == Step.Take || (draw >> n) % 2 == 0).ToList();
                        spool.Forget(some.Select(r => r.Place));
                        model.RemoveAll(id => some.Exists(r => SpooledWebhook.Read(r.Record).DeliveryId == id));
                        break;
                    case Step.SetAside when spool.Read(SpoolPlace.Start, 1) is [var first]:
                        Assert.Equal(first.Record.Content, await File.ReadAllBytesAsync(spool.SetAside(first), TestContext.Current.CancellationToken));
                        model.RemoveAt(0);
                        aside++;
                        break;
                    case Step.Restart:
                        spool.Dispose();
                        spool = SpoolFolders.Open(path);
                        break;
                    case Step.Crash or Step.CrashWhileWriting:
                        if (step == Step.CrashWhileWriting)
                        {
                            // A segment is only ever written to by the process that made it.
                            var before = SpoolFolders.Webhook("before");
                            await spool.AppendAsync(SpooledWebhook.Of(before, DateTimeOffset.UtcNow));
                            model.Add(before.DeliveryId);
                        }

                        var copy = _folders.CopyOf(path);
                        spool.Dispose();
                        if (step == Step.CrashWhileWriting)
                            await AppendPartOfARecordAsync(copy, draw);
                        spool = SpoolFolders.Open(copy);
                        path = copy;
                        break;
                }

                Assert.Equal(model, SpoolFolders.Ids(spool));
                Assert.Equal((model.Count, aside, 0), (spool.State.Depth, spool.State.SetAside, spool.State.Damaged));
            }
        }
        finally
        {
            spool.Dispose();
        }
    }

    /// <summary>What a kill leaves of a record that was being written: any number of its first bytes.</summary>
    private static async Task AppendPartOfARecordAsync(string path, int draw)
    {
        if (Directory.GetFiles(path, "*.segment").Order(StringComparer.Ordinal).LastOrDefault() is not { } last || !SpoolSegment.TryName(last, out _, out var marker))
            return;
        var record = SpoolFolders.Record("unfinished");
        var frame = new byte[record.Weight];
        SpoolFrame.Write(frame, marker, record);
        await File.AppendAllBytesAsync(last, frame[..(draw % frame.Length)]);
    }
}
