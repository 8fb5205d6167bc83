using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Payment = KkiaEvents.Chaos.Judging.Payment;

namespace KkiaEvents.Chaos.Load;

/// <summary>The merchant's side: announces orders over the bus and has payments refunded, each again until it got through.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly string Exchange = $"{typeof(ExpectPayment).Namespace}:{nameof(ExpectPayment)}";
    private readonly string broker;
    private readonly ServiceProvider ledger;
    private readonly Channel<Payment> toAnnounce = Channel.CreateUnbounded<Payment>();
    private readonly Channel<string> toRefund = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<string, bool> unwanted = [];
    private readonly ConcurrentDictionary<string, bool> announced = [];
    private readonly ConcurrentDictionary<string, bool> refundsAsked = [];

    public Shop(string broker, string ledgerConnection)
    {
        this.broker = broker;
        ledger = new ServiceCollection().AddLogging()
            .AddLedger(new LedgerOptions { ConnectionString = ledgerConnection, Schema = "kkiaevents", WritesAlways = true }, _ => _ => new OrderPolicy())
            .BuildServiceProvider();
    }

    /// <summary>Transactions whose announcement the broker confirmed.</summary>
    public IReadOnlySet<string> Announced => announced.Keys.ToHashSet();

    /// <summary>Transactions whose refund the ledger took on.</summary>
    public IReadOnlySet<string> RefundsAsked => refundsAsked.Keys.ToHashSet();

    public void Announce(Payment payment) => toAnnounce.Writer.TryWrite(payment);

    /// <summary>This payment is to be sent back as soon as it is paid.</summary>
    public void RefundOncePaid(Payment payment) => unwanted[payment.Transaction] = true;

    /// <summary>An OrderPaid came.</summary>
    public void Paid(string transaction)
    {
        if (unwanted.TryRemove(transaction, out _))
            toRefund.Writer.TryWrite(transaction);
    }

    /// <summary>Works until it is told to end.</summary>
    public Task RunAsync(CancellationToken end) => Task.WhenAll(
        EachAsync(toAnnounce.Reader, AnnounceAsync, end), EachAsync(toRefund.Reader, RefundAsync, end));

    public ValueTask DisposeAsync() => ledger.DisposeAsync();

    private static async Task EachAsync<T>(ChannelReader<T> work, Func<T, CancellationToken, Task<bool>> tryAsync, CancellationToken end)
    {
        try
        {
            await foreach (var one in work.ReadAllAsync(end).ConfigureAwait(false))
            {
                while (!await tryAsync(one, end).ConfigureAwait(false))
                    await Task.Delay(Pause, end).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Told to end.
        }
    }

    // A connection for each: one that was made before a fault may hang after it.
    private async Task<bool> AnnounceAsync(Payment payment, CancellationToken end)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(end);
        limit.CancelAfter(Patience);
        try
        {
            var factory = new ConnectionFactory { Uri = new(broker), RequestedConnectionTimeout = Patience, ContinuationTimeout = Patience };
            await using var connection = await factory.CreateConnectionAsync(limit.Token).ConfigureAwait(false);
            await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), limit.Token).ConfigureAwait(false);
            var envelope = new
            {
                messageId = Guid.NewGuid(),
                messageType = new[] { $"urn:message:{Exchange}" },
                message = new { merchant = "default", orderId = payment.Order, amount = payment.Amount, transactionId = payment.Transaction },
            };
            await channel.BasicPublishAsync(
                Exchange, "", mandatory: true,
                new BasicProperties { ContentType = "application/vnd.masstransit+json", DeliveryMode = DeliveryModes.Persistent },
                JsonSerializer.SerializeToUtf8Bytes(envelope), limit.Token).ConfigureAwait(false);
            announced[payment.Transaction] = true;
            return true;
        }
        catch (Exception e) when (e is RabbitMQClientException or OperationCanceledException or IOException or TimeoutException && !end.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> RefundAsync(string transaction, CancellationToken end)
    {
        try
        {
            var result = await ledger.GetRequiredService<PaymentActs>().RequestRefundAsync(new("default", transaction), "chaos run", "Sent back.", end).ConfigureAwait(false);
            if (!result.Done && !result.Problem!.Contains("already", StringComparison.Ordinal))
                throw new ChaosFailedException($"The ledger refuses the refund of {transaction}: {result.Problem}");
            refundsAsked[transaction] = true;
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException || e.InnerException is NpgsqlException)
        {
            return false;
        }
    }
}
