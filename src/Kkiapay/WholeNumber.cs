namespace KkiaEvents.Kkiapay;

/// <summary>
/// Reads a decimal number that must be whole. Exact: no detour over double or decimal, either of which would round
/// 5000.00000000000000000000000000001 to a whole amount.
/// </summary>
internal static class WholeNumber
{
    /// <summary>The value of <c>digits[.digits][e[+-]digits]</c>, a leading minus allowed for zero only; null when it is anything else, fractional or above <see cref="long.MaxValue"/>.</summary>
    public static long? Read(ReadOnlySpan<byte> text)
    {
        var negative = text is [(byte)'-', ..];
        if (negative)
            text = text[1..];

        var whole = Digits(ref text);
        ReadOnlySpan<byte> fraction = default;
        if (text is [(byte)'.', ..])
        {
            text = text[1..];
            fraction = Digits(ref text);
            if (fraction.IsEmpty)
                return null;
        }

        if (whole.IsEmpty || !TryExponent(text, out var exponent))
            return null;

        // The decimal point stands after this many digits, those behind it must all be zero.
        var point = whole.Length + exponent;
        long value = 0;
        for (var i = 0L; i < Math.Max(point, whole.Length + fraction.Length); i++)
        {
            var digit = i < whole.Length ? whole[(int)i] - '0'
                : i < whole.Length + fraction.Length ? fraction[(int)i - whole.Length] - '0'
                : 0;
            if (i >= point)
            {
                if (digit != 0)
                    return null;
            }
            else if (value > (long.MaxValue - digit) / 10)
            {
                return null;
            }
            else if (value == 0 && i >= whole.Length + fraction.Length)
            {
                break;
            }
            else
            {
                value = (value * 10) + digit;
            }
        }

        return negative && value != 0 ? null : value;
    }

    private static ReadOnlySpan<byte> Digits(scoped ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = end < 0 ? text : text[..end];
        text = text[digits.Length..];
        return digits;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, out long exponent)
    {
        exponent = 0;
        if (text.IsEmpty)
            return true;
        if (text[0] is not ((byte)'e' or (byte)'E'))
            return false;

        text = text[1..];
        var negative = text is [(byte)'-', ..];
        if (text is [(byte)'-' or (byte)'+', ..])
            text = text[1..];
        var digits = Digits(ref text);
        if (digits.IsEmpty || !text.IsEmpty)
            return false;

        // Far beyond any length of text that gets here, so that a larger one changes nothing.
        foreach (var digit in digits)
            exponent = Math.Min((exponent * 10) + digit - '0', 100_000_000);
        if (negative)
            exponent = -exponent;
        return true;
    }
}
