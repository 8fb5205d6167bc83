using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>Reads what the API answers to a verification, in either dialect's words.</summary>
internal static class TransactionReader
{
    public static KkiapayTransaction Read(ProviderAnswer answer, KkiapayDialect dialect)
    {
        if (!answer.IsSuccess)
            return ReadRefusal(answer, dialect);

        using var document = answer.Parse(out var named);
        var root = document.RootElement;
        var (status, word) = StatusOf(root);
        var amount = ProviderFields.Whole(root, "amount");

        // {"status":"FAILED"} alone may as well be about the request. What decides money must speak of a payment.
        if (!named && amount is null && ProviderFields.Unread(root, "amount") is null && IsDecisive(status))
            throw answer.Unreadable("it decides a payment without naming one.");

        return Fill(answer, root, status, word, amount);
    }

    private static KkiapayTransaction ReadRefusal(ProviderAnswer answer, KkiapayDialect dialect)
    {
        var raw = ProviderText.Raw(answer.Body.Span);
        using (var document = answer.TryParse(out _, out _))
        {
            if (document is not null && RefusalOf(document.RootElement) is var (status, word))
                return Bare(answer, status, word, raw);
        }

        // A 4xx with any other word contradicts itself or is about the request: nothing is known about the payment.
        return answer.StatusCode == 404 && dialect == KkiapayDialect.Rest && !answer.IsMarkup
            ? Bare(answer, TransactionStatus.NotFound, "404", raw)
            : throw answer.Unreadable("it is a refusal that says nothing about the transaction.");
    }

    private static (TransactionStatus Status, string Word)? RefusalOf(JsonElement root)
    {
        foreach (var name in (ReadOnlySpan<string>)["status", "code", "reason"])
        {
            if (ProviderFields.StringOf(root, name) is { } word && StatusWords.ReadRefusal(word) is { } status)
                return (status, word);
        }

        return null;
    }

    private static (TransactionStatus Status, string Word) StatusOf(JsonElement root)
    {
        var success = ProviderFields.Flag(root, "isPaymentSucces") ?? ProviderFields.Flag(root, "isPaymentSuccess");
        // A number (4003) is a code of the refusal that stands beside it.
        if (ProviderFields.Text(root, "status", 64) is { } word && !(word.All(char.IsAsciiDigit) && RefusalOf(root) is not null))
            return (StatusWords.Reconcile(StatusWords.Read(word), success), word);

        // A refusal may stand in "reason"; a payment's own reason is the shop's text, so only these few words count.
        if (RefusalOf(root) is var (refusal, reason))
            return (StatusWords.Reconcile(refusal, success), reason);

        var hasFailureCode = ProviderFields.Id(root, "failureCode") is not null;
        return success switch
        {
            true => (hasFailureCode ? TransactionStatus.Pending : TransactionStatus.Complete, "isPaymentSucces:true"),
            false => (hasFailureCode ? TransactionStatus.Failed : TransactionStatus.Pending, "isPaymentSucces:false"),
            null => (TransactionStatus.Pending, ""),
        };
    }

    private static bool IsDecisive(TransactionStatus status) => status is TransactionStatus.Complete
        or TransactionStatus.Failed or TransactionStatus.Cancelled or TransactionStatus.Refunded;

    private static KkiapayTransaction Bare(ProviderAnswer answer, TransactionStatus status, string word, string raw) => new()
    {
        TransactionId = answer.TransactionId,
        Status = status,
        ProviderStatus = word,
        Raw = raw,
    };

    private static KkiapayTransaction Fill(
        ProviderAnswer answer, JsonElement root, TransactionStatus status, string word, long? amount)
    {
        var fees = ProviderFields.Whole(root, "fees");
        var bearer = FeeBearerOf(root);
        var method = ProviderFields.Text(root, "method", ProviderText.MaxWord) ?? ProviderFields.Text(root, "source", ProviderText.MaxWord);
        var (operatorName, country) = Operators.Read(ProviderFields.Text(root, "source_common_name") ?? ProviderFields.Text(root, "operator"));
        var client = ProviderFields.TryGet(root, "client", out var given) && given.ValueKind == JsonValueKind.Object ? given : root;

        return new KkiapayTransaction
        {
            TransactionId = answer.TransactionId,
            Status = status,
            ProviderStatus = word,
            Amount = amount,
            AmountText = ProviderFields.Unread(root, "amount"),
            AmountBeforeFees = BeforeFees(root, amount, fees, bearer),
            Fees = fees,
            Net = NetOf(root, amount, fees, bearer),
            CustomerBearsFees = bearer switch { FeeBearer.Unsaid or FeeBearer.Unknown => null, _ => bearer == FeeBearer.Customer },
            Type = TypeOf(root),
            Method = method,
            Operator = operatorName,
            Country = country ?? Operators.CountryOf(ProviderFields.Text(root, "country")),
            Phone = PhoneNumber.Normalize(ProviderFields.Text(client, "phone") ?? AccountOf(root, method)),
            Name = ProviderFields.Text(client, "fullname"),
            Email = ProviderFields.Id(client, "email", 320),
            PartnerId = ProviderFields.Id(root, "partnerId"),
            StateData = ShopData.Read(root, "stateData") ?? ShopData.Read(root, "state"),
            FailureCode = ProviderFields.Id(root, "failureCode"),
            FailureMessage = ProviderFields.Text(root, "failureMessage"),
            PerformedAt = ProviderFields.PerformedAt(root),
            Raw = ProviderText.Raw(answer.Body.Span),
        };
    }

    /// <summary>Never null for a type that is there but unreadable: a missing type is a payment, an odd one is not.</summary>
    private static string? TypeOf(JsonElement root)
    {
        if (!ProviderFields.TryGet(root, "type", out var value))
            return null;
        var type = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return type.Length == 0 ? null : ProviderText.Shorten(type, ProviderText.MaxText);
    }

    /// <summary>A card payment's account is a card number, masked or not: it is no phone, and it is not kept.</summary>
    private static string? AccountOf(JsonElement root, string? method) =>
        string.Equals(method, "CARD", StringComparison.OrdinalIgnoreCase) ? null : ProviderFields.Text(root, "account");

    /// <summary>Who bears the fees: a word, or in older answers whether it is the merchant.</summary>
    private static FeeBearer FeeBearerOf(JsonElement root)
    {
        if (ProviderFields.Text(root, "feeSupportedBy") is { } word)
        {
            return string.Concat(word.Where(char.IsAsciiLetter)).ToUpperInvariant() switch
            {
                "MERCHANT" => FeeBearer.Merchant,
                "CUSTOMER" => FeeBearer.Customer,
                "THIRDPARTY" => FeeBearer.ThirdParty,
                _ => FeeBearer.Unknown,
            };
        }

        return ProviderFields.Flag(root, "isFeesBorneByMerchant") switch
        {
            true => FeeBearer.Merchant,
            false => FeeBearer.Customer,
            null => FeeBearer.Unsaid,
        };
    }

    // Money decides by this: every word about it must agree, and income must be said, not only computed.
    private static long? BeforeFees(JsonElement root, long? amount, long? fees, FeeBearer bearer) =>
        bearer == FeeBearer.Customer && ProviderFields.Flag(root, "isFeesBorneByMerchant") is not true
            && fees > 0 && amount > fees && ProviderFields.Whole(root, "income") == amount - fees
                ? amount - fees
                : null;

    private static long? NetOf(JsonElement root, long? amount, long? fees, FeeBearer bearer)
    {
        // What the provider says counts even where it can't be read: a sum of our own could contradict it.
        if (ProviderFields.TryGet(root, "income", out _))
            return ProviderFields.Whole(root, "income");
        if (ProviderFields.TryGet(root, "net", out _))
            return ProviderFields.Whole(root, "net");
        return bearer switch
        {
            FeeBearer.Customer or FeeBearer.ThirdParty => amount,
            FeeBearer.Merchant or FeeBearer.Unsaid => amount >= fees ? amount - fees : null,
            _ => null,
        };
    }

    private enum FeeBearer
    {
        Unsaid,
        Merchant,
        Customer,
        ThirdParty,
        Unknown,
    }
}
