namespace KkiaEvents.Sandbox.Wire;

/// <summary>The provider's two ways of writing a phone number.</summary>
internal static class WirePhone
{
    /// <summary><c>+22967434270</c>; what is no number stays as it is.</summary>
    public static string WithPlus(string phone) =>
        phone.Length > 0 && !phone.AsSpan().ContainsAnyExceptInRange('0', '9') ? "+" + phone : phone;

    /// <summary><c>22996000000</c></summary>
    public static string WithoutPlus(string phone) => phone.TrimStart('+');
}
