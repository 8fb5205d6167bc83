using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Marten;

namespace KkiaEvents.Ledger;

/// <summary>The ledger as its writers see it: look payments up, record what is new about them, decide. Safe for concurrent use, by any number of processes.</summary>
public sealed class PaymentLedger(IDocumentStore store, LedgerOptions options, Func<string, OrderPolicy> policyOf)
{
    /// <summary>How often one payment is tried again when others write to it or its order at the same time.</summary>
    private const int CollisionAttempts = 30;

    /// <summary>How often a batch is tried as a whole before its payments go one by one.</summary>
    private const int BatchAttempts = 3;

    /// <summary>The payments among these that the ledger knows.</summary>
    public async Task<IReadOnlyDictionary<PaymentKey, Payment>> FindAsync(
        IReadOnlyCollection<PaymentKey> keys, CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        var found = await session.LoadManyAsync<Payment>(cancellationToken, keys.Select(k => k.StreamId));
        return found.ToDictionary(p => p.Key());
    }

    /// <summary>
    /// Records and decides: all in one commit where nothing collides, else payment by payment, so that one that can't be
    /// stored stops no other.
    /// </summary>
    /// <param name="batch">One entry a payment.</param>
    /// <param name="known">What <see cref="FindAsync"/> answered for them.</param>
    /// <param name="cancellationToken">Stops before a commit, never within one's result.</param>
    /// <returns>One entry a payment. Those with an error can never be recorded as they are.</returns>
    /// <exception cref="Exception">Of the kind <see cref="LedgerFault.Unavailable"/>: nothing is known of what was recorded; record the same again.</exception>
    public async Task<IReadOnlyList<Settled>> SettleAsync(
        IReadOnlyList<PaymentFacts> batch, IReadOnlyDictionary<PaymentKey, Payment> known, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return [];
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await CommitAsync(batch, known, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException && LedgerFaults.Classify(e) != LedgerFault.Unavailable)
            {
                // Most collisions are gone once what the others wrote is read: the batch as a whole is worth another try.
                if (LedgerFaults.Classify(e) != LedgerFault.Collision || attempt == BatchAttempts)
                    break;
                known = await FindAsync([.. batch.Select(f => f.Key)], cancellationToken);
            }
        }

        var settled = new List<Settled>(batch.Count);
        foreach (var facts in batch)
            settled.Add(await SettleOneAsync(facts, cancellationToken));
        return settled;
    }

    private async Task<Settled> SettleOneAsync(PaymentFacts facts, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // Read again each time: whoever wrote first may have settled the very same claim.
                var known = await FindAsync([facts.Key], cancellationToken);
                return (await CommitAsync([facts], known, cancellationToken))[0];
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                switch (LedgerFaults.Classify(e))
                {
                    case LedgerFault.Poison:
                    // What still collides after so many fresh looks does so with itself: its stream and its document disagree.
                    case LedgerFault.Collision when attempt >= CollisionAttempts:
                        return new(facts.Key, Error: e);
                    case LedgerFault.Collision:
                        await Collisions.PauseAsync(attempt, cancellationToken);
                        break;
                    default:
                        throw;
                }
            }
        }
    }

    private async Task<IReadOnlyList<Settled>> CommitAsync(
        IReadOnlyList<PaymentFacts> batch, IReadOnlyDictionary<PaymentKey, Payment> known, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        return await new SettlementCommit(session, options, policyOf).RunAsync(batch, known, cancellationToken);
    }
}
