using System.Collections.Concurrent;
using KkiaEvents.Processor.Consuming;

namespace KkiaEvents.Tests.Unit.Processor;

public sealed class BatchQueueTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<IReadOnlyList<int>> _batches = [];
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _mayEnd = new(0);

    [Fact]
    public async Task A_lone_item_waits_for_nobody()
    {
        var queue = Queue(batchSize: 100, workers: 1);
        _mayEnd.Release();
        await queue.RunAsync(7, CancellationToken.None).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal([7], Assert.Single(_batches));
    }

    [Fact]
    public async Task What_waits_while_a_batch_is_under_way_is_the_next_batch_up_to_its_size()
    {
        var queue = Queue(batchSize: 3, workers: 1);
        var first = queue.RunAsync(0, CancellationToken.None);
        await BegunAsync();
        var others = Enumerable.Range(1, 5).Select(n => queue.RunAsync(n, CancellationToken.None)).ToList();
        _mayEnd.Release(3);
        await Task.WhenAll([first, .. others]).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal([[0], [1, 2, 3], [4, 5]], _batches);
    }

    [Fact]
    public async Task No_more_batches_are_under_way_than_there_are_workers()
    {
        var queue = Queue(batchSize: 1, workers: 2);
        var items = Enumerable.Range(0, 5).Select(n => queue.RunAsync(n, CancellationToken.None)).ToList();
        await BegunAsync();
        await BegunAsync();
        Assert.Equal(0, _begun.CurrentCount);
        for (var ended = 2; ended < 5; ended++)
        {
            _mayEnd.Release();
            await BegunAsync();
            Assert.Equal(0, _begun.CurrentCount);
        }

        _mayEnd.Release(2);
        await Task.WhenAll(items).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal([0, 1, 2, 3, 4], _batches.SelectMany(b => b).Order());
    }

    [Fact]
    public async Task Of_a_batch_that_fails_only_the_culprit_does()
    {
        var queue = Queue(batchSize: 2, workers: 1, fails: batch => batch.Contains(2));
        var first = queue.RunAsync(0, CancellationToken.None);
        await BegunAsync();
        var others = Enumerable.Range(1, 4).Select(n => queue.RunAsync(n, CancellationToken.None)).ToList();
        _mayEnd.Release(5);
        await first.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => others[1].WaitAsync(Deadline));
        await Task.WhenAll(others[0], others[2], others[3]).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal([[0], [1, 2], [1], [2], [3, 4]], _batches);
    }

    [Fact]
    public async Task An_item_given_up_while_it_waited_is_in_no_batch()
    {
        var queue = Queue(batchSize: 10, workers: 1);
        using var giveUp = new CancellationTokenSource();
        var first = queue.RunAsync(0, CancellationToken.None);
        await BegunAsync();
        var givenUp = queue.RunAsync(1, giveUp.Token);
        var kept = queue.RunAsync(2, CancellationToken.None);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        _mayEnd.Release(2);
        await Task.WhenAll(first, kept).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal([[0], [2]], _batches);
    }

    [Fact]
    public async Task Of_many_items_from_many_senders_each_is_worked_on_once()
    {
        var queue = new BatchQueue<int>(16, 3, async batch =>
        {
            await Task.Yield();
            _batches.Enqueue(batch);
        });
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (n, cancellation) => await queue.RunAsync(n, cancellation));
        Assert.Equal(Enumerable.Range(0, 20_000), _batches.SelectMany(b => b).Order());
        Assert.All(_batches, b => Assert.InRange(b.Count, 1, 16));
    }

    public void Dispose()
    {
        _begun.Dispose();
        _mayEnd.Dispose();
    }

    private BatchQueue<int> Queue(int batchSize, int workers, Func<IReadOnlyList<int>, bool>? fails = null) =>
        new(batchSize, workers, async batch =>
        {
            _batches.Enqueue(batch);
            _begun.Release();
            Assert.True(await _mayEnd.WaitAsync(Deadline));
            if (fails?.Invoke(batch) == true)
                throw new InvalidOperationException("This batch fails.");
        });

    private async Task BegunAsync() => Assert.True(await _begun.WaitAsync(Deadline, TestContext.Current.CancellationToken));
}
