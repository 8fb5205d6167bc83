using KkiaEvents.Ledger.Storage;
using Polly;
using Polly.Retry;

namespace KkiaEvents.Processor.Settling;

/// <summary>A database that is away is no message's fault: the work waits here for as long as it takes.</summary>
internal sealed partial class StoreRetry
{
    private readonly ResiliencePipeline _pipeline;
    private readonly SchemaAtStart _schema;

    public StoreRetry(SchemaAtStart schema, StoreTrouble trouble, TimeProvider time, ILogger<StoreRetry> log)
    {
        _schema = schema;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is { } e and not OperationCanceledException && LedgerFaults.Classify(e) != LedgerFault.Poison),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(5),
                UseJitter = true,
                OnRetry = args =>
                {
                    trouble.Report(args.Outcome.Exception!);
                    // A restart is over in seconds; what lasts is for a person.
                    LogUnavailable(log, args.AttemptNumber < 15 ? LogLevel.Warning : LogLevel.Error, args.Outcome.Exception!.Message, args.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken stopping)
    {
        await _schema.WaitAsync(stopping);
        return await _pipeline.ExecuteAsync(async cancellation => await work(cancellation), stopping);
    }

    [LoggerMessage(Message = "The ledger (ConnectionStrings__Ledger) can't be written ({Error}): trying again in {Delay}")]
    private static partial void LogUnavailable(ILogger log, LogLevel level, string error, TimeSpan delay);
}
