using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>Reads what the API answers to a verification, in either dialect's words.</summary>
internal static class TransactionReader
{
    public static KkiapayTransaction Read(ProviderAnswer answer, KkiapayDialect dialect)
    {
        if (!answer.IsSuccess)
            return ReadRefusal(answer, dialect);

        using var document = answer.Parse();
        var root = document.RootElement;
        var named = answer.IsNamed(root);
        var part = AnswerPart.Of(answer, root, ref named);
        var (status, word) = StatusOf(part);
        var amount = ProviderFields.Whole(part, "amount");

        if (!StatusWords.IsKnown(word))
        {
            // Sentences count only where nothing else does: beside a payment they are the shop's.
            if (!ProviderFields.TryGet(part, "amount", out _) && SentenceIn(root) is { } sentence)
                return Bare(answer, TransactionStatus.NotFound, sentence, ProviderText.Raw(answer.Body.Span));
            if (!named && amount is null)
                throw answer.Unreadable(UnreadableReason.SaysNothing, "it is JSON that speaks of no payment.");
        }

        // {"status":"FAILED"} alone may as well be about the request. What decides money must speak of a payment.
        if (!named && amount is null && ProviderFields.Unread(part, "amount") is null && IsDecisive(status))
            throw answer.Unreadable(UnreadableReason.SaysNothing, "it decides a payment without naming one.");

        return Fill(answer, part, status, word, amount);
    }

    private static KkiapayTransaction ReadRefusal(ProviderAnswer answer, KkiapayDialect dialect)
    {
        var raw = ProviderText.Raw(answer.Body.Span);
        using (var document = answer.TryParse(out _))
        {
            if (document is not null)
            {
                var parts = AnswerParts.OfRefusal(document.RootElement);
                foreach (var part in parts)
                    answer.IsNamed(part);
                foreach (var part in parts)
                {
                    if (RefusalOf(part) is var (status, word))
                        return Bare(answer, status, word, raw);
                }

                if (SentenceIn(document.RootElement) is { } sentence)
                    return Bare(answer, TransactionStatus.NotFound, sentence, raw);
            }
            else if (!answer.IsMarkup && raw.Length <= ProviderText.MaxId && RefusalText.SaysUnknown(raw))
            {
                return Bare(answer, TransactionStatus.NotFound, ProviderText.OneLine(raw, ProviderText.MaxWord), raw);
            }
        }

        // A 4xx with any other word contradicts itself or is about the request: nothing is known about the payment.
        return answer.StatusCode == 404 && dialect == KkiapayDialect.Rest && !answer.IsMarkup && !RefusalText.IsAboutTheAddress(raw)
            ? Bare(answer, TransactionStatus.NotFound, "404", raw)
            : throw answer.Unreadable(
                answer.IsMarkup ? UnreadableReason.Markup : UnreadableReason.Refusal, "it is a refusal that says nothing about the transaction.");
    }

    /// <summary>The sentence that says that the provider does not know the transaction; null when there is none.</summary>
    private static string? SentenceIn(JsonElement root) => AnswerParts.OfRefusal(root)
        .SelectMany(RefusalText.Of).Where(said => RefusalText.SaysUnknown(said.Text)).Select(said => ProviderText.OneLine(said.Text, ProviderText.MaxWord)).FirstOrDefault();

    public static (TransactionStatus Status, string Word)? RefusalOf(JsonElement root)
    {
        foreach (var name in (ReadOnlySpan<string>)["status", "code", "reason"])
        {
            if (ProviderFields.StringOf(root, name) is { } word && StatusWords.ReadRefusal(word) is { } status)
                return (status, word);
        }

        return null;
    }

    public static (TransactionStatus Status, string Word) StatusOf(JsonElement root)
    {
        var success = SuccessOf(root);
        // A number (4003) is a code of the refusal that stands beside it.
        if (ProviderFields.Text(root, "status", 64) is { } word && !(word.All(char.IsAsciiDigit) && RefusalOf(root) is not null))
            return (StatusWords.Reconcile(StatusWords.Read(word), success), word);

        // A refusal may stand in "reason"; a payment's own reason is the shop's text, so only these few words count.
        if (RefusalOf(root) is var (refusal, reason))
            return (StatusWords.Reconcile(refusal, success), reason);

        var hasFailureCode = ProviderFields.Id(root, "failureCode") is not null;
        return success switch
        {
            true => (hasFailureCode ? TransactionStatus.Pending : TransactionStatus.Complete, StatusWords.Flag + "true"),
            false => (hasFailureCode ? TransactionStatus.Failed : TransactionStatus.Pending, StatusWords.Flag + "false"),
            null => (TransactionStatus.Pending, ""),
        };
    }

    public static bool? SuccessOf(JsonElement root) => ProviderFields.Flag(root, "isPaymentSucces") ?? ProviderFields.Flag(root, "isPaymentSuccess");

    public static bool IsDecisive(TransactionStatus status) => status is TransactionStatus.Complete
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
            StateData = ShopData.Of(root),
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
