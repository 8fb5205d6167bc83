using KkiaEvents.Contracts;
using KkiaEvents.Tests.Integration.Infrastructure;
using RabbitMQ.Client;

namespace KkiaEvents.Tests.Integration.Samples;

/// <summary>What the samples show must work as shown, on the real broker.</summary>
[Collection(TakesServersAway.Name)]
public sealed class SampleSubscribersTests(Services services)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(SampleProgram.Dotnet, "OrderPayments")]
    [InlineData(SampleProgram.Node, "node-subscriber")]
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
