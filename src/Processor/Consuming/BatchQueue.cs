using System.Diagnostics;

namespace KkiaEvents.Processor.Consuming;

/// <summary>
/// Works on items in batches: a batch is what waits when a worker is free, so a lone item waits for nobody, and under load
/// the batches fill up by themselves. Closing them by a clock makes small ones on a busy machine, whose
/// acknowledgements bring in small ones again (measured: 5 in place of 100).
/// </summary>
/// <param name="batchSize">The most items of one batch, 1 or more.</param>
/// <param name="workers">The most batches at once, 1 or more.</param>
/// <param name="work">Works on one batch. When it throws, the batch's items are tried one by one, so that only the culprit fails.</param>
internal sealed class BatchQueue<T>(int batchSize, int workers, Func<IReadOnlyList<T>, Task> work)
{
    private readonly Lock _access = new();
    private readonly Queue<Waiting> _waiting = [];
    private int _workers;

    /// <summary>Ends once the item is worked on; throws when that failed.</summary>
    /// <param name="item">The item.</param>
    /// <param name="givenUp">Ends the wait. An item given up before its batch begins is left out of it.</param>
    public Task RunAsync(T item, CancellationToken givenUp)
    {
        var waiting = new Waiting(item, Activity.Current, new(TaskCreationOptions.RunContinuationsAsynchronously), givenUp);
        lock (_access)
        {
            _waiting.Enqueue(waiting);
            if (_workers < workers)
            {
                _workers++;
                // A worker serves many items: it must not go on in the name of the one that started it.
                using (ExecutionContext.SuppressFlow())
                    _ = Task.Run(WorkAsync, CancellationToken.None);
            }
        }

        return waiting.Done.Task.WaitAsync(givenUp);
    }

    private async Task WorkAsync()
    {
        while (Next() is { Count: > 0 } batch)
        {
            if (await WorkAsync(batch, last: batch.Count == 1))
                continue;
            foreach (var item in batch)
                await WorkAsync([item], last: true);
        }
    }

    /// <returns>False when it failed and is to be tried in smaller parts.</returns>
    private async Task<bool> WorkAsync(List<Waiting> batch, bool last)
    {
        Activity.Current = batch[0].Activity;
        try
        {
            await work([.. batch.Select(w => w.Item)]);
            batch.ForEach(w => w.Done.TrySetResult());
        }
        catch (OperationCanceledException e)
        {
            batch.ForEach(w => w.Done.TrySetCanceled(e.CancellationToken));
        }
        catch (Exception e)
        {
            if (!last)
                return false;
            batch.ForEach(w => w.Done.TrySetException(e));
        }

        return true;
    }

    private List<Waiting> Next()
    {
        lock (_access)
        {
            var batch = new List<Waiting>(Math.Min(_waiting.Count, batchSize));
            while (batch.Count < batchSize && _waiting.TryDequeue(out var waiting))
            {
                if (!waiting.GivenUp.IsCancellationRequested)
                    batch.Add(waiting);
            }

            if (batch.Count == 0)
                _workers--;
            return batch;
        }
    }

    private sealed record Waiting(T Item, Activity? Activity, TaskCompletionSource Done, CancellationToken GivenUp);
}
