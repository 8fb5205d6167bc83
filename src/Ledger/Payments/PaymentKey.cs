using System.Text.RegularExpressions;

namespace KkiaEvents.Ledger.Payments;

/// <summary>What identifies a payment: the merchant and KKiaPay's transaction id.</summary>
/// <param name="Merchant">1 to 40 lower-case letters, digits and hyphens, beginning with a letter or digit.</param>
/// <param name="TransactionId">1 to 64 of A-Z, a-z, 0-9, underscore and hyphen; case counts.</param>
public readonly partial record struct PaymentKey(string Merchant, string TransactionId)
{
    /// <summary>The stream's id in the event store, and the correlation id in logs.</summary>
    public string StreamId => $"{Merchant}/{TransactionId}";

    /// <summary>True when both parts have the form that the ledger takes.</summary>
    public bool IsValid => Merchant is not null && TransactionId is not null && MerchantForm().IsMatch(Merchant) && TransactionIdForm().IsMatch(TransactionId);

    /// <summary>True when a merchant's name has the form that the ledger takes.</summary>
    public static bool IsMerchantName(string name) => MerchantForm().IsMatch(name);

    /// <summary>True when a transaction id has the form that the ledger takes.</summary>
    public static bool IsTransactionId(string id) => TransactionIdForm().IsMatch(id);

    /// <inheritdoc />
    public override string ToString() => StreamId;

    // \z, not $: a trailing line feed must not pass.
    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex MerchantForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex TransactionIdForm();
}
