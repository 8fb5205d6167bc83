using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Tests.Integration.Infrastructure;
using KkiaEvents.Tests.Integration.Subscribing;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Samples;

/// <summary>What the samples show must work as shown, on the real broker.</summary>
[Collection(TakesServersAway.Name)]
public sealed class SampleSubscribersTests(Services services)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly string[] MessageTypes = ["urn:message:KkiaEvents.Contracts:OrderPaid"];

    [Theory]
    [InlineData(SampleProgram.Dotnet, "OrderPayments")]
    [InlineData(SampleProgram.Node, "node-subscriber")]
    [InlineData(SampleProgram.Python, "python-subscriber")]
    public async Task A_sample_takes_an_event_once_however_often_it_is_delivered(string sample, string queue)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var program = await SampleProgram.PrepareAsync(sample, cancellation);
        var (broker, user) = await BrokerAsync(cancellation);
        await using var running = new RunningSample(program.Command, user);
        await using var publisher = await OrderEventPublisher.StartAsync(broker, cancellation);
        var (first, last) = (Paid("order-1"), Paid("order-2"));

        await publisher.PublishAsync(first, cancellation);
        await publisher.PublishAsync(first, cancellation);
        await publisher.PublishAsync(last, cancellation);

        await running.WaitForAsync(last.EventId, Deadline, cancellation);
        await WaitUntilTakenAsync(broker, queue, cancellation);
        // Stopped in order, it has acknowledged all that it held: what it had not would be back in the queue.
        await running.StopAsync();
        Assert.Equal(0u, await WaitingAsync(broker, queue, cancellation));
        var line = Assert.Single(running.LinesAbout(first.EventId));
        Assert.StartsWith($"OrderPaid order=order-1 transaction={first.TransactionId} ", line, StringComparison.Ordinal);
        Assert.Single(running.LinesAbout(last.EventId));
    }

    [Theory]
    [InlineData(SampleProgram.Dotnet)]
    [InlineData(SampleProgram.Node)]
    [InlineData(SampleProgram.Python)]
    public async Task A_sample_takes_every_kind_of_outcome(string sample)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var program = await SampleProgram.PrepareAsync(sample, cancellation);
        var (broker, user) = await BrokerAsync(cancellation);
        await using var running = new RunningSample(program.Command, user);
        await using var publisher = await OrderEventPublisher.StartAsync(broker, cancellation);
        var (failed, flagged, refunded) = (Failed(), Flagged(), Refunded());

        await publisher.PublishAsync(failed, cancellation);
        await publisher.PublishAsync(flagged, cancellation);
        await publisher.PublishAsync(refunded, cancellation);

        foreach (var payment in new OrderEvent[] { failed, flagged, refunded })
        {
            await running.WaitForAsync(payment.EventId, Deadline, cancellation);
            Assert.StartsWith($"{payment.GetType().Name} ", Assert.Single(running.LinesAbout(payment.EventId)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(SampleProgram.Dotnet)]
    [InlineData(SampleProgram.Node)]
    [InlineData(SampleProgram.Python)]
    public async Task A_sample_goes_on_after_the_broker_was_restarted(string sample)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var program = await SampleProgram.PrepareAsync(sample, cancellation);
        var (broker, user) = await BrokerAsync(cancellation);
        await using var running = new RunningSample(program.Command, user);
        var (before, after) = (Paid("before"), Paid("after"));
        await using (var publisher = await OrderEventPublisher.StartAsync(broker, cancellation))
            await publisher.PublishAsync(before, cancellation);
        await running.WaitForAsync(before.EventId, Deadline, cancellation);

        await services.Broker.StopAsync(cancellation);
        await services.Broker.StartAsync(cancellation);

        await using (var publisher = await OrderEventPublisher.StartAsync(broker, cancellation))
            await publisher.PublishAsync(after, cancellation);
        await running.WaitForAsync(after.EventId, Deadline, cancellation);
    }

    [Theory]
    [InlineData(SampleProgram.Dotnet)]
    [InlineData(SampleProgram.Node)]
    [InlineData(SampleProgram.Python)]
    public async Task A_sample_hands_over_what_was_announced_or_costs_as_much_and_nothing_for_a_franc(string sample)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var program = await SampleProgram.PrepareAsync(sample, cancellation);
        var (broker, user) = await BrokerAsync(cancellation);
        await using var running = new RunningSample(program.Command, user);
        await using var publisher = await OrderEventPublisher.StartAsync(broker, cancellation);
        var squatter = Paid("order-1") with { Amount = 1 };
        var squatterFlagged = Flagged() with { EventId = Guid.CreateVersion7(), OrderId = "order-1", TransactionId = squatter.TransactionId };
        var right = Paid("order-1") with { DueAmount = 5000 };
        var second = Paid("order-1") with { DueAmount = 5000 };
        var unannounced = Paid("order-2") with { Amount = 100_000 };
        var unknown = Paid("order-3");
        var flagged = Flagged() with { EventId = Guid.CreateVersion7(), OrderId = "order-2", TransactionId = unannounced.TransactionId };

        async Task<string> SaysAsync<T>(T payment)
            where T : OrderEvent
        {
            await publisher.PublishAsync(payment, cancellation);
            await running.WaitForAsync(payment.EventId, Deadline, cancellation);
            return running.LinesAbout(payment.EventId)[0];
        }

        Assert.EndsWith("1 XOF: nobody announced this order: compare. It costs 5000 XOF: do not hand over", await SaysAsync(squatter), StringComparison.Ordinal);
        Assert.Contains("AmountMismatch: do not hand over", await SaysAsync(squatterFlagged), StringComparison.Ordinal);
        Assert.EndsWith("5000 XOF: hand over the goods", await SaysAsync(right), StringComparison.Ordinal);
        Assert.EndsWith($"handed over for {right.TransactionId} before: ask a person", await SaysAsync(second), StringComparison.Ordinal);
        Assert.EndsWith("100000 XOF: hand over the goods", await SaysAsync(unannounced), StringComparison.Ordinal);
        Assert.EndsWith("nobody announced this order: compare it with your own before you hand over", await SaysAsync(unknown), StringComparison.Ordinal);
        Assert.Contains("stop, and take back what was handed over", await SaysAsync(flagged), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SampleProgram.Node)]
    [InlineData(SampleProgram.Python)]
    public async Task A_sample_works_with_a_merchants_own_user(string sample)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var program = await SampleProgram.PrepareAsync(sample, cancellation);
        var name = Services.UniqueName("sample");
        var everything = await services.CreateVirtualHostAsync(name, cancellation);
        var of = await services.ImportDefinitionsAsync(name, cancellation);
        var queue = $"shop-a-{Guid.NewGuid():n}"[..20];
        var made = await BrokerUsers.KkiaAsync(services, of("operations"), queue, "--merchant", "shop-a", "--queue", queue);
        Assert.True(made.Code == 0, made.Error);
        var command = program.Command.WithEnvironmentVariables(new Dictionary<string, string?>
        {
            ["KKIAEVENTS_AMQP_URL"] = made.Output.Trim(), ["KKIAEVENTS_QUEUE"] = queue, ["KKIAEVENTS_MERCHANT"] = "shop-a",
        });
        await using var running = new RunningSample(command);
        await using var connection = await new ConnectionFactory { Uri = new(everything) }.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        var (theirs, own) = (Paid("order-1"), Paid("order-2"));

        await running.WaitForLineAsync("subscribed", Deadline, cancellation);
        foreach (var (merchant, paid) in new[] { ("shop-b", theirs), ("shop-a", own) })
        {
            var envelope = JsonSerializer.SerializeToUtf8Bytes(new { messageType = MessageTypes, message = paid with { Merchant = merchant } }, JsonSerializerOptions.Web);
            await channel.BasicPublishAsync("kkiaevents-outcomes", $"{merchant}.OrderPaid", envelope, cancellation);
        }

        await running.WaitForAsync(own.EventId, Deadline, cancellation);
        Assert.Empty(running.LinesAbout(theirs.EventId));
    }

    // The sample with the rights of a subscriber; the test with all.
    private async Task<(string Broker, string User)> BrokerAsync(CancellationToken cancellation)
    {
        var name = Services.UniqueName("sample");
        var broker = await services.CreateVirtualHostAsync(name, cancellation);
        return (broker, (await services.ImportDefinitionsAsync(name, cancellation))("subscriber"));
    }

    private static OrderPaid Paid(string order) => new()
    {
        EventId = Guid.CreateVersion7(), Merchant = "default", OrderId = order, TransactionId = $"txn_{Guid.NewGuid():n}",
        DecidedAt = DateTimeOffset.UtcNow, Amount = 5000, Fees = 25, Net = 4975, Method = "MOBILE_MONEY", Operator = "mtn",
    };

    private static OrderPaymentFailed Failed() => new()
    {
        EventId = Guid.CreateVersion7(), Merchant = "default", OrderId = "failed", TransactionId = "txn_failed",
        DecidedAt = DateTimeOffset.UtcNow, FailureCode = "wrong_pin", CustomerMessage = new("Wrong PIN.", "Code secret erroné."), RetryAdvised = true,
    };

    private static OrderPaymentFlagged Flagged() => new()
    {
        EventId = Guid.CreateVersion7(), Merchant = "default", TransactionId = "txn_flagged",
        DecidedAt = DateTimeOffset.UtcNow, Reason = FlagReason.AmountMismatch, Detail = "Paid 100, due 5000.", Amount = 100, ExpectedAmount = 5000,
    };

    private static OrderRefunded Refunded() => new()
    {
        EventId = Guid.CreateVersion7(), Merchant = "default", OrderId = "refunded", TransactionId = "txn_refunded",
        DecidedAt = DateTimeOffset.UtcNow, Amount = 5000,
    };

    private static async Task WaitUntilTakenAsync(string broker, string queue, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Deadline);
        while (await WaitingAsync(broker, queue, limit.Token) > 0)
            await Task.Delay(50, limit.Token);
    }

    private static async Task<uint> WaitingAsync(string broker, string queue, CancellationToken cancellation)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        return await channel.MessageCountAsync(queue, cancellation);
    }
}
