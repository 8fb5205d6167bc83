using System.Text;
using System.Text.RegularExpressions;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Tests.Unit.Fuzzing;

/// <summary>A webhook's body is read as the reference reads it, or not at all.</summary>
public sealed class WebhookFuzzTests
{
    private static readonly string[] Events = ["transaction.success", "transaction.failed", "transaction.timeout"];

    [Fact]
    public void Any_nearly_right_webhook_means_what_a_reference_reads_in_it() => Fuzz.HoldsForBodies(ProviderGrammar.Webhook, Check);

    [Fact]
    public void The_grammar_makes_as_many_webhooks_that_are_read_as_are_refused()
    {
        // A fuzzer whose cases all fail at the first sign would find nothing.
        var (read, of, named) = (0, 0, 0);
        Fuzz.Holds(ProviderGrammar.Webhook, body =>
        {
            Interlocked.Increment(ref of);
            if (!KkiapayWebhook.TryParse(body, out var webhook, out _))
                return;
            Interlocked.Increment(ref read);
            if (OrderReference.Find(new OrderPolicy().ReferencePlaces, webhook.StateData, webhook.PartnerId) is not null)
                Interlocked.Increment(ref named);
        }, Fuzz.Print);
        Assert.InRange(read / (double)of, 0.2, 0.8);
        Assert.InRange(named / (double)read, 0.2, 0.9);
    }

    private static void Check(byte[] body)
    {
        var understood = KkiapayWebhook.TryParse(body, out var webhook, out var problem);
        var reference = ReferenceProvider.ObjectOf(body);
        var isWebhook = reference?.Get("transactionId") is string id && Regex.IsMatch(id, @"\A[A-Za-z0-9_-]{1,64}\z")
            && reference.Get("event") is string kind && Events.Contains(kind, StringComparer.Ordinal);

        Assert.Equal(isWebhook, understood);
        if (!understood)
        {
            Assert.Matches(@"\A[^\r\n\0]+\.\z", problem);
            return;
        }

        Assert.Equal(reference!.Get("transactionId"), webhook!.TransactionId);
        Assert.Equal(reference.Get("event"), webhook.EventName);
        Assert.Equal(ReferenceProvider.Whole(reference.Get("amount")), webhook.Amount);
        Assert.Equal(ReferenceProvider.Id(reference.Get("partnerId")), webhook.PartnerId);
        Assert.Equal(ReferenceProvider.Id(reference.Get("failureCode")), webhook.FailureCode);
        Assert.Equal(
            ReferenceProvider.Order(ReferenceProvider.Shop(reference), reference.Get("partnerId")),
            OrderReference.Find(new OrderPolicy().ReferencePlaces, webhook.StateData, webhook.PartnerId));
        // What was read can be written again, as the ledger and the bus do.
        if (webhook.StateData is { } data)
            Assert.DoesNotContain('\0', Encoding.UTF8.GetString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(data)));
    }
}
