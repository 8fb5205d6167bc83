using KkiaEvents.Bus;

namespace KkiaEvents.Tests.Unit.Processor;

/// <summary>The broker's replies, as RabbitMQ 3.10 and 4 word them, in one sentence with the way out.</summary>
public sealed class TopologyExceptionTests
{
    [Theory]
    [InlineData("PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'kkiaevents-processor' in vhost '/': received 'quorum' but current is 'classic'", "was made as a classic queue")]
    [InlineData("PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'kkiaevents-processor' in vhost '/': received the value 'quorum' of type 'longstr' but current is none", "was made as a classic queue")]
    [InlineData("PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'kkiaevents-processor' in vhost '/': received 'quorum' but current is 'stream'", "was made as a stream queue")]
    [InlineData("PRECONDITION_FAILED - inequivalent arg 'x-delivery-limit' for queue 'kkiaevents-processor' in vhost '/': received the value '20' of type 'signedint' but current is none", "was made with another x-delivery-limit")]
    [InlineData("PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'kkiaevents-processor' in vhost '/': received 'true' but current is 'false'", "was made with another durable")]
    [InlineData("PRECONDITION_FAILED", "was made with another argument")]
    public void A_queue_that_was_made_otherwise_is_named_with_the_way_out(string reply, string made)
    {
        var trouble = TopologyException.OfMadeOtherwise(Topology.TransactionsQueue, reply, "/");
        Assert.Equal(Topology.TransactionsQueue, trouble.MadeOtherwise);
        Assert.StartsWith($"Queue '{Topology.TransactionsQueue}' in virtual host '/' {made}", trouble.Message, StringComparison.Ordinal);
        Assert.Contains($"rabbitmqctl delete_queue {Topology.TransactionsQueue} --vhost /", trouble.Message);
        Assert.Contains("Move messages", trouble.Message);
        Assert.Equal(trouble.Message, BrokerTrouble.Describe(new InvalidOperationException("wrapped", trouble), BusAddress.TryParse(BusAddress.Example)!));
    }

    [Fact]
    public void A_classic_queue_is_named_as_one_whatever_differs_first() => Assert.Contains(
        "was made as a classic queue and must be a quorum queue",
        TopologyException.OfMadeOtherwise(Topology.TransactionsQueue, "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-exchange' for queue 'kkiaevents-processor' in vhost '/': received the value 'kkiaevents-dead' of type 'longstr' but current is none", "/", isClassic: true).Message);

    [Fact]
    public void An_exchange_that_was_made_otherwise_is_named_by_its_own_name()
    {
        var trouble = TopologyException.OfMadeOtherwise(
            Topology.TransactionsQueue, "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'KkiaEvents.Contracts:ExpectPayment' in vhost 'pay': received 'fanout' but current is 'topic'", "pay");
        Assert.StartsWith("Exchange 'KkiaEvents.Contracts:ExpectPayment' in virtual host 'pay' was made with another type", trouble.Message, StringComparison.Ordinal);
        Assert.Equal("KkiaEvents.Contracts:ExpectPayment", trouble.MadeOtherwise);
    }
}
