using PhoneNumbers;

namespace KkiaEvents.Kkiapay;

/// <summary>Phone numbers of the countries that KKiaPay serves: Benin, Côte d'Ivoire, Senegal, Togo, Niger.</summary>
public static class PhoneNumber
{
    private const int MaxLength = 64;

    private static readonly PhoneNumberUtil Numbers = PhoneNumberUtil.GetInstance();

    // BJ, CI, SN, TG, NE.
    private static readonly string[] CountryCodes = ["229", "225", "221", "228", "227"];

    /// <summary>
    /// The number in E.164 form with the plus (<c>+22967434270</c>) where it is a valid one of those countries, given with
    /// its country code, with or without a plus; else the text as it came. Benin moved to ten digits (01 before the old
    /// eight) in November 2024: both lengths are kept as they are, because a payment names the account as it was then.
    /// </summary>
    /// <param name="text">A number as the provider writes it.</param>
    /// <returns>Null when <paramref name="text"/> is null, blank, or longer than any number.</returns>
    public static string? Normalize(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxLength)
            return null;

        var digits = Digits(text);
        if (digits is null || Array.Find(CountryCodes, code => digits.StartsWith(code, StringComparison.Ordinal)) is not { } code)
            return text;

        return IsValid(code, digits) ? "+" + digits : text;
    }

    /// <summary>The number for logs and screens: country code and last four digits (<c>+229•••••4270</c>); nothing of it when it is too short to hide any.</summary>
    /// <param name="text">A number in any form; null gives an empty string.</param>
    public static string Mask(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "";

        var digits = Digits(text);
        if (digits is null || digits.Length < 8)
            return "•••••";
        var code = Array.Find(CountryCodes, code => digits.StartsWith(code, StringComparison.Ordinal));
        return code is null || digits.Length < 11 ? $"•••••{digits[^4..]}" : $"+{code}•••••{digits[^4..]}";
    }

    private static bool IsValid(string code, string digits)
    {
        // The numbering library knows Benin's old eight digits only in part.
        if (code == "229")
            return digits.Length == 11 || (digits.Length == 13 && digits.AsSpan(3).StartsWith("01"));
        try
        {
            return Numbers.IsValidNumber(Numbers.Parse("+" + digits, null));
        }
        catch (NumberParseException)
        {
            return false;
        }
    }

    /// <summary>The digits alone, an international prefix (+ or 00) taken off; null when the text holds anything but digits and what people put between them.</summary>
    private static string? Digits(string text)
    {
        Span<char> digits = stackalloc char[MaxLength];
        var length = 0;
        foreach (var c in text.AsSpan().Trim())
        {
            if (char.IsAsciiDigit(c) && length < digits.Length)
                digits[length++] = c;
            else if (c is not (' ' or '-' or '.' or '(' or ')' or '\u00A0') && !(c == '+' && length == 0))
                return null;
        }

        var result = digits[..length];
        if (result.StartsWith("00"))
            result = result[2..];
        return result.IsEmpty ? null : result.ToString();
    }
}
