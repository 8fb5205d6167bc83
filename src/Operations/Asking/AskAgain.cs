using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Operations.Asking;

/// <summary>What asking again came to.</summary>
/// <param name="Payments">How many payments fit.</param>
/// <param name="Asked">How many KKiaPay is asked about again; 0 for a dry run.</param>
public sealed record AskedAgain(long Payments, long Asked);

/// <summary>
/// Has KKiaPay asked again about every payment that fits, as after a merchant's keys were put right. They become due at
/// once; the Processor sets the pace.
/// </summary>
public sealed class AskAgain(PaymentQueries queries, PaymentActs acts)
{
    /// <summary>Runs it.</summary>
    /// <param name="filter">Which payments; its page size and mark are not looked at.</param>
    /// <param name="by">Who, 1 to 100 characters.</param>
    /// <param name="reason">Why, 1 to 500 characters.</param>
    /// <param name="confirm">False: only count.</param>
    /// <param name="cancellationToken">Stops between two payments; asking the same again does no harm.</param>
    /// <exception cref="OperationRefusedException">Who or why is missing, or nothing narrows the payments.</exception>
    public async Task<AskedAgain> RunAsync(PaymentFilter filter, string by, string reason, bool confirm, CancellationToken cancellationToken)
    {
        filter = filter with { Limit = PaymentFilter.MaxLimit, After = null };
        (by, reason) = (OperationRefusedException.Required(by, "who asks", longest: 100), OperationRefusedException.Required(reason, "why"));
        if (filter with { Within = null } == new PaymentFilter { Limit = PaymentFilter.MaxLimit })
            throw new OperationRefusedException(Refusal.Invalid, "Say which payments: at least one of state, flag, merchant, order, from, to, amounts, method, undelivered, due.");
        var (payments, asked) = (0L, 0L);
        for (string? after = null; ;)
        {
            var page = await queries.ListAsync(filter with { After = after }, cancellationToken);
            payments += page.Payments.Count;
            foreach (var payment in confirm ? page.Payments : [])
            {
                if ((await acts.ReviewAsync(payment.Payment.Key(), FlagVerdict.AskedAgain, by, reason, cancellationToken)).Problem is { } problem)
                    throw new OperationRefusedException(Refusal.Invalid, problem);
                asked++;
            }

            if ((after = page.Next) is null)
                return new(payments, asked);
        }
    }
}
