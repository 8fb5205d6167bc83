using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Orders;

/// <summary>
/// Reads announcements, whoever's JSON they are. Languages write one amount in many ways (PHP and Python <c>100000.0</c>, a
/// form <c>"100000"</c>), and a strict reader would leave the order without its guard. What has one meaning is taken; what may
/// have two, or none, is refused with its place.
/// </summary>
public static partial class AnnouncementReader
{
    private static readonly string[] Names = ["merchant", "orderid", "amount", "transactionid", "withdrawn"];

    /// <summary>
    /// The announcement. Names are compared without case, <c>_</c> and <c>-</c>; other members are ignored. An amount is a number
    /// or a string of one (<c>1e5</c>), whole and above 0. Ids may be numbers: an order id is then the number's own text. The
    /// merchant, the transaction and <c>withdrawn</c> may be missing, null or empty; so may the amount of a withdrawal.
    /// </summary>
    /// <param name="message">The announcement's JSON.</param>
    /// <exception cref="AnnouncementException">It is none, or its amount can be none.</exception>
    public static ExpectPayment Read(JsonElement message)
    {
        if (!Utf8.IsValid(JsonMarshal.GetRawUtf8Value(message)))
            throw new AnnouncementException("$", "holds a byte that is no UTF-8: JSON is UTF-8 (RFC 8259).");
        if (message.ValueKind != JsonValueKind.Object)
            throw new AnnouncementException("$", $"is {Form.Shown(message)}, but an announcement is an object with orderId and amount.");
        var problems = new List<AnnouncementException>();
        var members = Members(message, problems);
        var merchant = Try(() => Form.Merchant(members[0]), problems);
        var orderId = Try(() => Form.OrderId(members[1]), problems);
        var withdrawn = Try<bool?>(() => Form.Flag(members[4]), problems);
        var amount = withdrawn == true ? Form.AmountOrNone(members[2]) : Try<long?>(() => Form.Amount(members[2]), problems);
        var transactionId = Try(() => Form.TransactionId(members[3]), problems);
        if (problems is [])
            return new() { Merchant = merchant ?? "default", OrderId = orderId!, Amount = amount ?? 0, TransactionId = transactionId, Withdrawn = withdrawn ?? false };
        // What is of no form at all says more than what is out of range.
        var worst = problems.Find(p => !p.IsReadable) ?? problems[0];
        worst.Merchant = merchant ?? (problems.Exists(p => p.Path == members[0].Path) ? null : "default");
        (worst.OrderId, worst.Amount, worst.TransactionId) = (orderId, Form.NamedAmount(members[2]), transactionId);
        throw worst;
    }

    /// <summary>The members that count, in the order of <see cref="Names"/>; one that stands twice counts once, and is a problem.</summary>
    private static Member[] Members(JsonElement message, List<AnnouncementException> problems)
    {
        var found = new Member[Names.Length];
        foreach (var property in message.EnumerateObject())
        {
            if (NameOf(property) is not { } name || Array.IndexOf(Names, Bare(name)) is not (>= 0 and var at))
                continue;
            var path = name.Contains('-', StringComparison.Ordinal) ? $"$['{name}']" : $"$.{name}";
            if (found[at].Path is { } before)
                problems.Add(new(path, before == path ? "stands twice: send it once." : $"says again what {before} says: send one of the two."));
            else
                found[at] = new(path, property.Value);
        }

        return found;
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: no name of ours.
            return null;
        }
    }

    private static string Bare(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static T? Try<T>(Func<T?> read, List<AnnouncementException> problems)
    {
        try
        {
            return read();
        }
        catch (AnnouncementException problem)
        {
            problems.Add(problem);
            return default;
        }
    }

    /// <summary>A member of the announcement; no path when it is not there.</summary>
    private readonly record struct Member(string? Path, JsonElement Value)
    {
        /// <summary>Missing, null, or an empty string, which stands for none in many languages.</summary>
        public bool IsNone => Path is null || Value.ValueKind is JsonValueKind.Null || (Value.ValueKind == JsonValueKind.String && Value.ValueEquals(""u8));
    }

    /// <summary>What form a value may have.</summary>
    private static class Form
    {
        /// <summary>A string, or a number by its own text; null when there is none.</summary>
        public static string? Text(Member member)
        {
            if (member.IsNone)
                return null;
            return member.Value.ValueKind switch
            {
                JsonValueKind.String => StringOf(member),
                JsonValueKind.Number => member.Value.GetRawText(),
                _ => throw new AnnouncementException(member.Path!, $"is {Shown(member.Value)}, but must be a string or a number."),
            };
        }

        public static string? Merchant(Member member) =>
            Text(member) is not { } name || PaymentKey.IsMerchantName(name) ? Text(member) : throw Refused(member, "that is no merchant's name: lower-case letters, digits and hyphens.");

        public static string OrderId(Member member)
        {
            var id = Text(member) ?? throw Missing(member, "$.orderId", "the order's id, as a string or a number");
            return OrderIdForm.ProblemOf(id) is { } problem ? throw Refused(member, $"that is no order id. {problem}") : id;
        }

        /// <summary>A number by its digits, whatever its form: languages that know floats only write an id of 16 digits with an exponent.</summary>
        public static string? TransactionId(Member member)
        {
            if (member.IsNone)
                return null;
            var id = member.Value.ValueKind == JsonValueKind.Number && WholeNumber.Read(JsonMarshal.GetRawUtf8Value(member.Value)) is { } whole
                ? whole.ToString(CultureInfo.InvariantCulture)
                : Text(member)!;
            return PaymentKey.IsTransactionId(id) ? id : throw Refused(member, "that is no transaction id, which has 1 to 64 of A-Z, a-z, 0-9, underscore and hyphen.");
        }

        public static bool Flag(Member member)
        {
            if (member.IsNone)
                return false;
            var word = member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? "" : Said(member).Trim().ToLowerInvariant();
            return word switch
            {
                "true" or "1" or "yes" or "on" => true,
                "false" or "0" or "no" or "off" => false,
                _ => throw new AnnouncementException(member.Path!, $"is {Shown(member.Value)}, but must be true or false."),
            };
        }

        public static long Amount(Member member)
        {
            if (member.IsNone)
                throw Missing(member, "$.amount", "what the order is due, in whole XOF, for example 5000");
            var text = member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? Said(member).Trim() : null;
            if (text is null)
                throw new AnnouncementException(member.Path!, $"is {Shown(member.Value)}, but must be a number of whole XOF, for example 5000.");
            if ((member.Value.ValueKind == JsonValueKind.String ? WrittenAmount.Read(text) : WholeNumber.Read(Encoding.UTF8.GetBytes(text))) is { } amount)
                return amount > 0 ? amount : throw Refused(member, "the amount must be above 0.");
            if (text.ToLowerInvariant() is "nan" or "inf" or "-inf" or "infinity" or "-infinity")
                throw Refused(member, "that is no amount.");
            // A decimal number, if it were not for its sign, its fraction or its size.
            if (!Decimal().IsMatch(text.TrimStart('+')))
                throw new AnnouncementException(member.Path!, $"is {Shown(member.Value)}, but must be a number of whole XOF, for example 5000.");
            throw Refused(member, text.StartsWith('-') ? "the amount must be above 0." : "the amount must be whole XOF, 1 to 9223372036854775807.");
        }

        /// <summary>The amount for the record of a refusal, negative where it is so; 0 when it can't be read.</summary>
        public static long NamedAmount(Member member) =>
            member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt64(out var whole) ? whole : AmountOrNone(member);

        /// <summary>The amount of a withdrawal, which does not look at it; 0 when it can be none.</summary>
        public static long AmountOrNone(Member member)
        {
            try
            {
                return Amount(member);
            }
            catch (AnnouncementException)
            {
                return 0;
            }
        }

        public static AnnouncementException Missing(Member member, string path, string what) =>
            new(member.Path ?? path, $"is {(member.Path is null ? "missing" : Shown(member.Value))}: send {what}.");

        /// <summary>The value's JSON, its beginning.</summary>
        public static string Shown(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            _ => value.GetRawText() is { Length: > 60 } text ? text[..60] + "…" : value.GetRawText(),
        };

        private static AnnouncementException Refused(Member member, string problem) => new(member.Path!, $"is {Shown(member.Value)}, but {problem}") { IsReadable = true };

        private static string Said(Member member) => member.Value.ValueKind == JsonValueKind.String ? StringOf(member) : member.Value.GetRawText();

        private static string StringOf(Member member)
        {
            try
            {
                return member.Value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                throw new AnnouncementException(member.Path!, "holds half of a surrogate pair, which is no character.");
            }
        }
    }

    [GeneratedRegex(@"\A-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Decimal();
}
