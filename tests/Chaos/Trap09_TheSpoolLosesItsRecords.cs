using System.Collections.Concurrent;
using KkiaEvents.Chaos.Faults;
using KkiaEvents.Tests.Integration.Infrastructure;

namespace KkiaEvents.Tests.Chaos;

/// <summary>What was answered 200 from the spool survives a kill, a full disk and a disk that fails.</summary>
public class Trap09_TheSpoolLosesItsRecords(Services services)
{
    private readonly string _spool = Path.Combine(Path.GetTempPath(), $"kkiaevents-chaos-{Guid.NewGuid():n}");

    [Fact]
    public async Task Everything_answered_before_a_kill_comes_out_after_it()
    {
        // Take out: the wait for Done in Spool.AppendAsync (return Task.CompletedTask).
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("killed"));
        var answered = new ConcurrentBag<string>();
        for (var life = 0; life < 3; life++)
        {
            await using var ingress = new IngressProcess(Broker.Nowhere, _spool, keep: true);
            await ingress.StartAsync();
            using var end = new CancellationTokenSource();
            var senders = Enumerable.Range(0, 8).Select(sender => SendAsync(ingress, $"k{life}_{sender}_", answered, end.Token)).ToList();
            var some = answered.Count + 200;
            await Condition.HoldsAsync($"{some} are answered", () => answered.Count >= some);
            await ingress.KillAsync();
            await end.CancelAsync();
            await Task.WhenAll(senders);
        }

        await DrainedAsync(amqp, answered);
    }

    [Theory]
    [InlineData("pwrite64", 2)]
    [InlineData("pwrite64", 3)]
    [InlineData("pwrite64", 9)]
    [InlineData("fsync", 3)]
    [InlineData("fsync", 4)]
    [InlineData("fsync", 9)]
    public async Task A_kill_at_any_write_loses_nothing_that_was_answered(string call, int which)
    {
        // Take out: the wait for Done in Spool.AppendAsync (return Task.CompletedTask).
        Machine.LetsTrace();
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("written"));
        var answered = new List<string>();
        await using (var killed = new IngressProcess(Broker.Nowhere, _spool, keep: true))
        {
            killed.Launch(["strace", "-f", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={which}"]);
            for (var n = 0; !killed.HasExited; n++)
            {
                if (await killed.PostAsync($"written_{n}") is { Status: 200 })
                    answered.Add($"written_{n}");
            }
        }

        await DrainedAsync(amqp, answered);
    }

    [Theory]
    [InlineData("pwrite64", 3)]
    [InlineData("unlink", 1)]
    [InlineData("unlink", 2)]
    public async Task A_kill_at_any_step_of_draining_loses_nothing(string call, int which)
    {
        // Take out: nothing that a line could stand for: a segment is deleted only when nothing in it waits.
        Machine.LetsTrace();
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("taken"));
        var answered = Enumerable.Range(0, 300).Select(n => $"taken_{n}").ToList();
        await using (var before = new IngressProcess(Broker.Nowhere, _spool, keep: true))
        {
            await before.StartAsync();
            await Parallel.ForEachAsync(answered, async (id, _) => Assert.Equal(200, (await before.PostAsync(id))!.Status));
            await before.StopAsync();
        }

        await using (var killed = new IngressProcess(amqp, _spool, keep: true))
        {
            killed.Launch(["strace", "-f", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={which}"]);
            await killed.Exited.WaitAsync(TimeSpan.FromMinutes(1));
        }

        await DrainedAsync(amqp, answered);
    }

    [Fact]
    public async Task The_answer_leaves_only_after_the_disk_has_the_record()
    {
        // Take out: the synchronization in SpoolSegment.Write.
        Machine.LetsTrace();
        var trace = _spool + ".strace";
        await using var ingress = new IngressProcess(Broker.Nowhere, _spool);
        await ingress.StartAsync(["strace", "-f", "-s", "400", "-o", trace, "-e", "trace=fsync,fdatasync,sendto,sendmsg"]);
        try
        {
            Assert.Equal(200, (await ingress.PostAsync("first"))!.Status);
            await Condition.HoldsAsync("the first answer is traced", () => Traced().Count(IsAnswer) == 1);
            Assert.Equal(200, (await ingress.PostAsync("second"))!.Status);
            await Condition.HoldsAsync("the second answer is traced", () => Traced().Count(IsAnswer) == 2);
            var between = Traced().SkipWhile(line => !IsAnswer(line)).Skip(1).TakeWhile(line => !IsAnswer(line));
            Assert.Contains(between, line => line.Contains("sync", StringComparison.Ordinal) && line.EndsWith("= 0", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(trace);
        }

        // The last one is empty, or not yet whole.
        string[] Traced() => File.ReadAllText(trace).Split('\n')[..^1];

        static bool IsAnswer(string line) => line.Contains("received", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_fails_to_sync_is_answered_503_and_nothing_that_was_answered_200_is_lost()
    {
        // Take out: the catch in Spool.Write that ends the segment and fails the batch.
        Machine.LetsTrace();
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("eio"));
        var answered = new List<string>();
        await using (var ingress = new IngressProcess(Broker.Nowhere, _spool, keep: true))
        {
            // From the 60th on, ten syncs in each hundred fail.
            await ingress.StartAsync(["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fdatasync:error=EIO:when=60..69", "-e", "inject=fsync:error=EIO:when=60..69"]);
            var refused = 0;
            for (var n = 0; n < 150; n++)
            {
                var answer = await ingress.PostAsync($"eio_{n}");
                Assert.NotNull(answer);
                if (answer.Status == 200)
                    answered.Add($"eio_{n}");
                else
                    refused++;
                Assert.True(answer.Status == 200 || (answer is { Status: 503, RetryAfter: true } && answer.Body.Contains("spool", StringComparison.Ordinal)), answer.Body);
            }

            Assert.True(refused > 0, "no sync failed");
            await Condition.HoldsAsync("the spool takes webhooks again", async () =>
            {
                if (await ingress.PostAsync("eio_after") is not { Status: 200 })
                    return false;
                answered.Add("eio_after");
                return true;
            });
            Assert.Contains("takes webhooks again", ingress.Lines);
            await ingress.KillAsync();
        }

        await DrainedAsync(amqp, answered);
    }

    [Fact]
    public async Task A_full_disk_is_answered_503_and_draining_it_makes_room()
    {
        // In a name space of its own, where anybody may mount.
        var unshare = Machine.LetsMount();
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("full"));
        await using var gate = new TcpGate(services.BrokerEndpoint.Port);
        gate.Become(GateState.Swallowing);
        await using var ingress = new IngressProcess(Broker.Through(gate, amqp), _spool);
        Directory.CreateDirectory(_spool);
        await ingress.StartAsync([.. unshare, "sh", "-c", $"mount -t tmpfs -o size=1m spool {_spool} && exec \"$0\" \"$@\""]);
        var answered = new List<string>();
        Answer? answer = null;
        for (var n = 0; n < 5000 && (answer = await ingress.PostAsync($"full_{n}")) is { Status: 200 }; n++)
            answered.Add($"full_{n}");
        Assert.NotNull(answer);
        Assert.Equal(503, answer.Status);
        Assert.True(answer.RetryAfter);
        Assert.Contains("disk", answer.Body);
        Assert.True(answered.Count > 50, $"only {answered.Count} fitted");
        gate.Become(GateState.Open);

        await Broker.HasAllAsync(amqp, answered, () => ingress.Lines);
        await Condition.HoldsAsync("the spool is empty", async () => await ingress.SpooledAsync() == 0);
    }

    [Fact]
    public async Task A_second_Ingress_on_the_same_spool_does_not_start_and_says_who_has_it()
    {
        // Take out: both locks in SpoolFolder.
        await using var first = new IngressProcess(Broker.Nowhere, _spool);
        await first.StartAsync();
        await using var second = new IngressProcess(Broker.Nowhere, _spool);
        second.Launch();
        await second.Exited.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(78, second.ExitCode);
        await Condition.HoldsAsync("it says why", () => second.Lines.Contains("Example: Ingress__Spool__Directory=", StringComparison.Ordinal));
        Assert.Contains("in use by another Ingress (process ", second.Lines);
    }

    [Fact]
    public async Task What_a_disk_held_that_refused_at_the_start_is_drained_once_it_takes_again()
    {
        // Take out: FilledAsync's word in Spool.Show.
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("late"));
        await using (var before = new IngressProcess(Broker.Nowhere, _spool, keep: true))
        {
            await before.StartAsync();
            Assert.Equal(200, (await before.PostAsync("late"))!.Status);
            await before.StopAsync();
        }

        var (file, away) = (Directory.GetFiles(_spool, "*.segment").Single(), Path.Combine(_spool, "away"));
        File.Move(file, away);
        File.CreateSymbolicLink(file, Path.Combine(_spool, "nowhere", "file"));
        await using var ingress = new IngressProcess(amqp, _spool);
        await ingress.StartAsync();
        Assert.Contains("can't be read", ingress.Lines);
        File.Move(away, file, overwrite: true);
        await Broker.HasAllAsync(amqp, ["late"], () => ingress.Lines);
    }

    [Fact]
    public async Task A_stop_while_it_drains_sends_nothing_twice()
    {
        // Take out: StopPatience in SpoolDrain.
        var amqp = await services.CreateVirtualHostAsync(Services.UniqueName("stopped"));
        await using (var declaring = new IngressProcess(amqp, _spool, keep: true))
        {
            await declaring.StartAsync();
            await declaring.IsHealthyAsync();
            await declaring.StopAsync();
        }

        await using (var before = new IngressProcess(Broker.Nowhere, _spool, keep: true))
        {
            await before.StartAsync();
            await Parallel.ForAsync(0, 3000, async (n, _) => Assert.Equal(200, (await before.PostAsync($"stop_{n}"))!.Status));
            await before.StopAsync();
        }

        await using var gate = new TcpGate(services.BrokerEndpoint.Port);
        await using (var draining = new IngressProcess(Broker.Through(gate, amqp), _spool, keep: true))
        {
            await draining.StartAsync();
            await Condition.HoldsAsync("it drains", () => draining.Lines.Contains("kept as delivery", StringComparison.Ordinal));
            gate.Become(GateState.Withholding);
            await Condition.HoldsAsync("the broker has some whose confirms are on their way", async () =>
            {
                var spooled = await draining.SpooledAsync();
                return await Broker.CountAsync(amqp, Broker.Queue) > 3000 - spooled;
            });
            var stopping = draining.StopAsync();
            await Condition.HoldsAsync("it stops", () => draining.Lines.Contains("shutting down", StringComparison.Ordinal));
            gate.Become(GateState.Open);
            await stopping;
        }

        await using var after = new IngressProcess(Broker.Nowhere, _spool);
        await after.StartAsync();
        var left = await after.SpooledAsync();
        Assert.InRange(left, 1, 2999);
        Assert.Equal(3000 - left, await Broker.CountAsync(amqp, Broker.Queue));
    }

    private async Task DrainedAsync(string amqp, IReadOnlyCollection<string> answered)
    {
        await using var ingress = new IngressProcess(amqp, _spool);
        await ingress.StartAsync();
        await Broker.HasAllAsync(amqp, answered, () => ingress.Lines);
    }

    private static async Task SendAsync(IngressProcess ingress, string prefix, ConcurrentBag<string> answered, CancellationToken end)
    {
        for (var n = 0; !end.IsCancellationRequested; n++)
        {
            if (await ingress.PostAsync($"{prefix}{n}") is { Status: 200 })
                answered.Add($"{prefix}{n}");
        }
    }
}
