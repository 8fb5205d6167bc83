using CsCheck;

namespace KkiaEvents.Tests.Unit.Ingress;

/// <summary>Any sequence of appends, deletions, restarts and crashes, held against a list.</summary>
public sealed class SpoolModelTests : IDisposable
{
    private readonly SpoolFolders _folders = new();

    private enum Step
    {
        Append,
        AppendMany,
        Drain,
        Restart,
        Crash,
    }

    [Fact]
    public async Task Any_sequence_of_appends_drains_restarts_and_crashes_keeps_what_was_answered_in_its_order() =>
        await Gen.Enum<Step>().Array[1, 25].SampleAsync(HoldsAsync, iter: 40, threads: 1);

    [Fact]
    public async Task A_copy_of_the_files_at_any_moment_has_everything_that_was_answered()
    {
        var path = _folders.New();
        using var spool = SpoolFolders.Open(path);
        var answered = new List<Guid>();
        for (var round = 0; round < 25; round++)
        {
            // Some are under way while the copy is made: they may be in it, those that were answered must.
            var writing = Enumerable.Range(0, 40).Select(n => SpoolFolders.Record($"t{round}_{n}", n * 50)).Select(async record =>
            {
                await spool.AppendAsync(record);
                lock (answered)
                    answered.Add(record.DeliveryId);
            }).ToList();
            List<Guid> before;
            lock (answered)
                before = [.. answered];
            var copy = _folders.CopyOf(path);
            await Task.WhenAll(writing);
            using var reopened = SpoolFolders.Open(copy);
            var there = (await SpoolFolders.AllAsync(reopened)).Select(r => r.Record.ToWebhook().DeliveryId).ToHashSet();
            Assert.Subset(there, before.ToHashSet());
        }
    }

    public void Dispose() => _folders.Dispose();

    private async Task HoldsAsync(Step[] steps)
    {
        var path = _folders.New();
        var model = new List<Guid>();
        var spool = SpoolFolders.Open(path);
        try
        {
            foreach (var step in steps)
            {
                switch (step)
                {
                    case Step.Append or Step.AppendMany:
                        var records = Enumerable.Range(0, step == Step.Append ? 1 : 30).Select(n => SpoolFolders.Record($"t{model.Count + n}", n * 200)).ToList();
                        await Task.WhenAll(records.Select(spool.AppendAsync));
                        model.AddRange(records.Select(r => r.DeliveryId));
                        break;
                    case Step.Drain:
                        var some = await spool.ReadAsync(0, 7);
                        await spool.DeleteAsync(some);
                        model.RemoveRange(0, some.Count);
                        break;
                    case Step.Restart:
                        spool.Dispose();
                        spool = SpoolFolders.Open(path);
                        break;
                    default:
                        var copy = _folders.CopyOf(path);
                        spool.Dispose();
                        spool = SpoolFolders.Open(copy);
                        path = copy;
                        break;
                }

                Assert.Equal(model, (await SpoolFolders.AllAsync(spool)).Select(r => r.Record.ToWebhook().DeliveryId));
                Assert.Equal(model.Count, spool.State.Depth);
            }
        }
        finally
        {
            spool.Dispose();
        }
    }
}
