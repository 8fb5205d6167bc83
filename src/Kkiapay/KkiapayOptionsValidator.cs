using Microsoft.Extensions.Options;

namespace KkiaEvents.Kkiapay;

/// <summary>Checks a merchant's options; each message names the setting, as an environment variable and as a property, and an example.</summary>
internal sealed class KkiapayOptionsValidator(KkiapayMerchants merchants) : IValidateOptions<KkiapayOptions>
{
    public ValidateOptionsResult Validate(string? name, KkiapayOptions options)
    {
        var merchant = name ?? KkiapayOptions.DefaultName;
        var problems = Problems(options)
            .Select(p => $"{merchants.KeyOf(merchant, p.Setting)} (KkiapayOptions.{p.Setting} of merchant '{merchant}') {p.Problem} " +
                $"Example: {merchants.KeyOf(merchant, p.Setting)}={p.Example}")
            .ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<(string Setting, string Problem, string Example)> Problems(KkiapayOptions o)
    {
        var sdk = o.Dialect == KkiapayDialect.Sdk;
        if (KeyProblem(o.PrivateKey, required: true) is { } privateKey)
            yield return (nameof(o.PrivateKey), privateKey, "tpk_0123456789abcdef");
        if (KeyProblem(o.PublicKey, required: sdk) is { } publicKey)
            yield return (nameof(o.PublicKey), publicKey, "0123456789abcdef");
        if (KeyProblem(o.SecretKey, required: sdk) is { } secretKey)
            yield return (nameof(o.SecretKey), secretKey, "tsk_0123456789abcdef");

        if (!Enum.IsDefined(o.Environment))
            yield return (nameof(o.Environment), "is neither Production nor Sandbox.", "Sandbox");
        if (!Enum.IsDefined(o.Dialect))
            yield return (nameof(o.Dialect), "is none of Auto, Rest and Sdk.", "Auto");
        if (o.ApiBaseUrl is { } url && !IsBase(url))
        {
            yield return (nameof(o.ApiBaseUrl), "is not an absolute http or https address without user, query and fragment.",
                "http://localhost:5080/v1");
        }

        if (o.AttemptTimeout < TimeSpan.FromSeconds(1) || o.AttemptTimeout > TimeSpan.FromMinutes(2))
            yield return (nameof(o.AttemptTimeout), $"is {o.AttemptTimeout}, not within 1 second and 2 minutes.", "00:00:05");
        if (o.TotalTimeout < o.AttemptTimeout || o.TotalTimeout > TimeSpan.FromHours(1))
            yield return (nameof(o.TotalTimeout), $"is {o.TotalTimeout}, not within AttemptTimeout ({o.AttemptTimeout}) and 1 hour.", "00:00:15");
        if (o.Retries is < 0 or > 10)
            yield return (nameof(o.Retries), $"is {o.Retries}, not within 0 and 10.", "2");
    }

    /// <summary>Never repeats the key itself: the message ends in a log.</summary>
    private static string? KeyProblem(string? key, bool required)
    {
        if (string.IsNullOrEmpty(key))
            return required ? "is not set; KKiaPay's dashboard shows it, section Developers." : null;
        if (key.Length > 512 || key.Any(c => c is <= ' ' or > '~'))
            return "holds white space or other characters that no key has (a line break at the end of a file, perhaps).";
        return key[0] is '"' or '\'' || key[^1] is '"' or '\'' ? "stands in quotes, which are part of the value here: take them away." : null;
    }

    private static bool IsBase(Uri url) =>
        url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0;
}
