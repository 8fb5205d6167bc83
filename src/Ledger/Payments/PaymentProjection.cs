using JasperFx.Events;
using Marten.Events.Aggregation;

namespace KkiaEvents.Ledger.Payments;

/// <summary>Keeps <see cref="Payment"/> as a document, written in the commit that appends the events.</summary>
public sealed partial class PaymentProjection : SingleStreamProjection<Payment, string>
{
    /// <inheritdoc />
    public override Payment? Evolve(Payment? snapshot, string id, IEvent e)
    {
        if (snapshot is null)
        {
            var slash = id.IndexOf('/', StringComparison.Ordinal);
            // Orders and operators' runs have streams too; a payment's begins with one of these.
            if (e.Data is not (WebhookRecorded or PaymentAnnounced) || slash < 0)
                return null;
            snapshot = Payment.New(new(id[..slash], id[(slash + 1)..]));
        }

        return snapshot.Evolve(e.Data);
    }
}
