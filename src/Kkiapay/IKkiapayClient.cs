namespace KkiaEvents.Kkiapay;

/// <summary>KKiaPay's API for one merchant. Safe for concurrent use.</summary>
public interface IKkiapayClient
{
    /// <summary>Asks KKiaPay what it knows about a transaction.</summary>
    /// <param name="transactionId">KKiaPay's id of the transaction, case kept: 1 to 64 of A-Z, a-z, 0-9, underscore, hyphen.</param>
    /// <param name="cancellationToken">Gives up waiting; says nothing about the payment.</param>
    /// <returns>The provider's answer. An unknown transaction is an answer (<see cref="TransactionStatus.NotFound"/>), not an error.</returns>
    /// <exception cref="ArgumentException">The id is not of the form above; nothing was sent.</exception>
    /// <exception cref="KkiapayUnavailableException">No usable answer: transport error, time-out, 429 or 5xx. Says nothing about the payment; ask again later.</exception>
    /// <exception cref="KkiapayAuthenticationException">401 or 403: the merchant's keys are refused. An operator must look.</exception>
    /// <exception cref="KkiapayProtocolException">An answer that can't be read as one about this transaction. Says nothing about the payment.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The merchant's settings were changed while running, to ones that can't be used; nothing was sent.</exception>
    Task<KkiapayTransaction> VerifyAsync(string transactionId, CancellationToken cancellationToken = default);

    /// <summary>Gives a successful mobile-money payment back, whole. KKiaPay has no idempotency key: this call is sent once and never retried by itself.</summary>
    /// <param name="transactionId">As for <see cref="VerifyAsync"/>.</param>
    /// <param name="reason">Why, for KKiaPay's records; not empty. The Sdk dialect has no place for it and does not send it.</param>
    /// <param name="cancellationToken">Gives up waiting; the refund may have happened all the same.</param>
    /// <returns>What KKiaPay answered. After <see cref="KkiapayUnavailableException"/> verify the transaction before concluding anything.</returns>
    /// <exception cref="ArgumentException">The id is not of that form, or the reason is empty; nothing was sent.</exception>
    /// <exception cref="KkiapayUnavailableException">The answer was lost: the refund may or may not have happened.</exception>
    /// <exception cref="KkiapayAuthenticationException">401 or 403: the merchant's keys are refused.</exception>
    /// <exception cref="KkiapayProtocolException">An answer that can't be read.</exception>
    Task<KkiapayRefund> RefundAsync(string transactionId, string reason, CancellationToken cancellationToken = default);
}

/// <summary>Clients by merchant name, as registered with <c>AddKkiapay</c>.</summary>
public interface IKkiapayClientFactory
{
    /// <summary>The client of one merchant.</summary>
    /// <param name="name">The name given to <c>AddKkiapay</c>; <see cref="KkiapayOptions.DefaultName"/> for the only one.</param>
    /// <exception cref="InvalidOperationException">No merchant of that name is registered.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">It is registered, but its settings can't be used.</exception>
    IKkiapayClient GetClient(string name);
}
