using System.Globalization;
using System.Reflection;
using KkiaEvents.ServiceDefaults;
using Microsoft.Net.Http.Headers;

namespace KkiaEvents.Console.Requests;

/// <summary>
/// Checks a request against what its endpoint takes, before the endpoint reads it: a misspelt parameter must not pass for a
/// missing one, and whatever can't be read is answered with a sentence.
/// </summary>
internal sealed class RequestCheck(RequestDelegate next)
{
    private static readonly Dictionary<Type, (Func<string, bool> Reads, string Must)> Kinds = new()
    {
        [typeof(string)] = (_ => true, ""),
        [typeof(int)] = (text => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), "a whole number, for example 50"),
        [typeof(long)] = (text => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), "a whole number, for example 5000"),
        [typeof(bool)] = (text => bool.TryParse(text, out _), "true or false"),
    };

    public Task InvokeAsync(HttpContext context)
    {
        // Of a charset that .NET does not know, its reader throws what it throws for its own faults.
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.Charset is { Length: > 0 } charset && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            throw new BadHttpRequestException("JSON is UTF-8 (RFC 8259): send it as application/json.", StatusCodes.Status415UnsupportedMediaType);
        if (context.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<MethodInfo>() is { } handler)
        {
            foreach (var (name, value) in context.Request.RouteValues)
                Check(name, value as string ?? "");
            Check(context.Request.Query, [.. handler.GetParameters().Where(p => Kinds.ContainsKey(TypeOf(p)) && endpoint.RoutePattern.GetParameter(p.Name!) is null)]);
        }

        return next(context);
    }

    private static void Check(IQueryCollection query, ParameterInfo[] taken)
    {
        foreach (var (name, values) in query)
        {
            if (taken.FirstOrDefault(p => p.Name!.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } parameter)
                throw new BadHttpRequestException($"'{Short(name)}' is no parameter here: {string.Join(", ", taken.Select(p => p.Name).DefaultIfEmpty("there is none"))}.");
            if (values is not [{ } value])
                throw new BadHttpRequestException($"'{parameter.Name}' is given {values.Count} times: give it once.");
            Check(parameter.Name!, value);
            var (reads, must) = Kinds[TypeOf(parameter)];
            if (!reads(value))
                throw new BadHttpRequestException($"'{parameter.Name}' is '{Short(value)}', but must be {must}.");
        }

        var nullability = new NullabilityInfoContext();
        foreach (var missing in taken.Where(p => !p.HasDefaultValue && nullability.Create(p).WriteState == NullabilityState.NotNull && !query.ContainsKey(p.Name!)))
            throw new BadHttpRequestException($"'{missing.Name}' is missing.");
    }

    private static void Check(string name, string value)
    {
        if (OutsideText.ProblemOf(value) is { } problem)
            throw new BadHttpRequestException($"'{name}' {problem}");
    }

    private static string Short(string text) => text.Length > 100 ? text[..100] + "…" : text;

    private static Type TypeOf(ParameterInfo parameter) => Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
}
