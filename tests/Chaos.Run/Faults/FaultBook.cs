using System.Globalization;
using KkiaEvents.Bench.Running;
using KkiaEvents.Chaos.Running;

namespace KkiaEvents.Chaos.Faults;

/// <summary>Does a fault now; what it returns heals it.</summary>
/// <param name="draw">0 to 1, what is left to chance.</param>
internal delegate Task<Func<Task>> DoFault(double draw);

/// <summary>Everything that is done to the system, by the name that the report uses, in two lanes: the services, and what they stand on.</summary>
internal sealed class FaultBook
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);
    private readonly List<string> impossible = [];

    public FaultBook(ChaosSystem system, DatabaseFaults database, ProviderFaults provider, CancellationToken end)
    {
        var services = new Dictionary<string, DoFault>
        {
            ["ingress: kill -9"] = draw => KillAsync([OneOf(system.Ingresses, draw)]),
            ["ingress: SIGSTOP"] = draw => FreezeAsync([OneOf(system.Ingresses, draw)]),
            ["every ingress: kill -9"] = _ => KillAsync([.. system.Ingresses]),
            ["processor: kill -9"] = draw => KillAsync([OneOf(system.Processors, draw)]),
            ["processor: SIGSTOP"] = draw => FreezeAsync([OneOf(system.Processors, draw)]),
            ["every processor: kill -9"] = _ => KillAsync([.. system.Processors]),
            ["every processor: SIGSTOP"] = _ => FreezeAsync([.. system.Processors]),
        };
        if (DiskFaults.LetsTrace)
            services["ingress: fsync fails"] = draw => DiskFaults.FailSyncAsync(OneOf(system.Ingresses, draw));
        else
            impossible.Add("fsync fails (strace is missing, or may not trace)");
        if (DiskFaults.LetsMount)
            services["ingress: disk full"] = draw => DiskFaults.FillAsync(OneOf(system.Spools, draw));
        else
            impossible.Add("disk full (needs root and unshare)");
        if (Clock.CanBeMoved)
        {
            services["ingress: clock jumps"] = draw => OneOf(system.IngressClocks, draw).JumpAsync(draw * 2 % 1);
            services["processor: clock jumps"] = draw => OneOf(system.ProcessorClocks, draw).JumpAsync(draw * 2 % 1);
        }
        else
        {
            impossible.Add("clock jumps (libfaketime is missing)");
        }

        Services = services;
        var broker = system.Backing.Broker;
        Foundations = new Dictionary<string, DoFault>
        {
            ["broker: restart"] = _ => AwayAsync(broker.StopAsync(), () => broker.StartAsync()),
            ["broker: kill -9"] = _ => AwayAsync(broker.KillAsync(), () => broker.StartAsync()),
            ["broker: SIGSTOP"] = _ => AwayAsync(broker.PauseAsync(), () => broker.ResumeAsync()),
            ["broker: memory alarm"] = draw => AwayAsync(AlarmAsync(TimeSpan.FromSeconds(2 + 6 * draw)), () => Task.CompletedTask),
            ["network to the broker: cut"] = _ => GateAsync(system.BrokerGate, GateState.Cut),
            ["network to the broker: swallows"] = _ => GateAsync(system.BrokerGate, GateState.Swallowing),
            ["network to the broker: answers withheld"] = _ => GateAsync(system.BrokerGate, GateState.Withholding),
            ["network to the broker: slow"] = _ => GateAsync(system.BrokerGate, GateState.Slow),
            ["network to the database: cut"] = _ => GateAsync(system.DatabaseGate, GateState.Cut),
            ["network to the database: swallows"] = _ => GateAsync(system.DatabaseGate, GateState.Swallowing),
            ["network to the database: answers withheld"] = _ => GateAsync(system.DatabaseGate, GateState.Withholding),
            ["network to the database: slow"] = _ => GateAsync(system.DatabaseGate, GateState.Slow),
            ["database: restart"] = _ => AwayAsync(system.Backing.Database.StopAsync(), () => system.Backing.Database.StartAsync()),
            ["database: crash"] = _ => AwayAsync(system.Backing.Database.KillAsync(), () => system.Backing.Database.StartAsync()),
            ["database: SIGSTOP"] = _ => AwayAsync(system.Backing.Database.PauseAsync(), () => system.Backing.Database.ResumeAsync()),
            ["database: pg_terminate_backend"] = _ => database.TerminateAsync(),
            ["database: read-only, and back without ended sessions"] = _ => database.ReadOnlyAsync(),
            ["database: refuses logins for longer than the consumer time-out"] = _ => database.RefuseLoginsAsync(ChaosSystem.ConsumerTimeout * 1.3, end),
            ["database: long transaction"] = _ => database.HoldTransactionAsync(),
            ["database: dump"] = _ => database.DumpAsync(),
            ["provider: down"] = draw => provider.DoAsync(draw < 0.5 ? new { errorRate = 1.0, errorStatus = 503 } : new { hang = true }),
            ["provider: half of it fails"] = _ => provider.DoAsync(new { errorRate = 0.4, dropConnections = 0.2 }),
            ["provider: slow"] = _ => provider.DoAsync(new { latencyMs = 1500, latencyJitterMs = 3000 }),
            ["provider: rate limit"] = _ => provider.DoAsync(new { rateLimitPerSecond = 2, retryAfterSeconds = 2 }),
            ["provider: refuses keys"] = _ => provider.DoAsync(new { rejectKeys = true }),
            ["provider: answers that can't be read"] = provider.GarbleAsync,
            ["provider: lies once"] = provider.LieAsync,
        };

        // Set and cleared by one call, in the broker: rabbitmqctl takes seconds to start, and a minute on a busy machine.
        Task AlarmAsync(TimeSpan lasts) => broker.ControlAsync("eval", string.Create(CultureInfo.InvariantCulture, $$"""
            Before = vm_memory_monitor:get_vm_memory_high_watermark(),
            vm_memory_monitor:set_vm_memory_high_watermark(0),
            timer:sleep({{lasts.TotalMilliseconds:0}}),
            vm_memory_monitor:set_vm_memory_high_watermark(Before).
            """));
    }

    public IReadOnlyDictionary<string, DoFault> Services { get; }

    public IReadOnlyDictionary<string, DoFault> Foundations { get; }

    /// <summary>Faults that this machine does not let us do, with why.</summary>
    public IReadOnlyList<string> Impossible => impossible;

    private static T OneOf<T>(IReadOnlyList<T> all, double draw) => all[(int)(draw * all.Count)];

    private static async Task<Func<Task>> KillAsync(BenchProcess[] processes)
    {
        await Task.WhenAll(processes.Select(process => process.KillAsync())).ConfigureAwait(false);
        return async () =>
        {
            foreach (var process in processes)
                process.Launch();
            // Its start belongs to the fault; but what else is on may keep it from being ready.
            using var limit = new CancellationTokenSource(StartPatience);
            await Task.WhenAll(processes.Select(process => process.WaitUntilReadyAsync(limit.Token))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
    }

    private static async Task<Func<Task>> FreezeAsync(BenchProcess[] processes)
    {
        foreach (var process in processes)
            await process.FreezeAsync().ConfigureAwait(false);
        return () =>
        {
            foreach (var process in processes)
                process.Thaw();
            return Task.CompletedTask;
        };
    }

    private static async Task<Func<Task>> AwayAsync(Task away, Func<Task> back)
    {
        await away.ConfigureAwait(false);
        return back;
    }

    private static Task<Func<Task>> GateAsync(TcpGate gate, GateState state)
    {
        gate.Become(state);
        return Task.FromResult<Func<Task>>(() =>
        {
            gate.Become(GateState.Open);
            return Task.CompletedTask;
        });
    }
}
