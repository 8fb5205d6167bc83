using Microsoft.AspNetCore.Http.Features;

namespace KkiaEvents.Console.Requests;

/// <summary>
/// Ids that others chose, in paths. The server unescapes a path before it is routed, all but <c>%2F</c>, so that
/// <c>INV%2F1</c> and <c>INV%252F1</c> are one, and takes <c>..</c> for a step up. So paths of the API are routed as they
/// were sent, and each value is unescaped once, afterwards.
/// </summary>
internal static class IdsInPaths
{
    /// <summary>For the description of an endpoint that has such an id.</summary>
    public const string Note =
        "Escape the id as any path segment (`/` as `%2F`, `%` as `%25`). Where a proxy unescapes or refuses that, or the id is `.` or `..`, give it as the parameter `id` of the address without it.";

    private const string Api = "/api/v1/";

    private static readonly object SentPath = new();

    /// <summary>Routes requests here: after this, the endpoint and its values are known.</summary>
    public static void UseIdsInPaths(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (context.Features.Get<IHttpRequestFeature>() is { } request && Routed(request.RawTarget, request.Method) is { } path)
            {
                context.Items[SentPath] = request.Path;
                request.Path = path;
            }

            return next(context);
        });
        app.UseRouting();
        app.Use((context, next) =>
        {
            if (context.Items.Remove(SentPath, out var sent))
            {
                context.Features.GetRequiredFeature<IHttpRequestFeature>().Path = (string)sent!;
                foreach (var (name, value) in context.Request.RouteValues.ToList())
                {
                    if (value is string escaped)
                        context.Request.RouteValues[name] = Uri.UnescapeDataString(escaped);
                }
            }

            return next(context);
        });
    }

    /// <summary>
    /// The path to route by: each segment escaped, and an id with bare slashes, as a proxy may hand it on, made one segment.
    /// A slash at the end counts for nothing. Null for what is no path of the API.
    /// </summary>
    /// <param name="target">The request's target as it was sent.</param>
    /// <param name="method">Its method. What is posted ends in the name of an act.</param>
    internal static string? Routed(string target, string method)
    {
        if (!target.StartsWith(Api, StringComparison.OrdinalIgnoreCase))
            return null;
        var end = target.IndexOf('?', StringComparison.Ordinal);
        var sent = end < 0 ? target : target[..end];
        var segments = (sent.EndsWith('/') ? sent[..^1] : sent)[Api.Length..].Split('/').Select(s => Uri.EscapeDataString(Uri.UnescapeDataString(s))).ToList();
        var acts = HttpMethods.IsPost(method) ? 1 : 0;
        // orders/MERCHANT/ID…, dead-letters/QUEUE/ID…
        if (segments is ["orders" or "dead-letters", _, _, _, ..] && segments.Count > 3 + acts)
            segments = [.. segments[..2], string.Join("%2F", segments[2..^acts]), .. segments[^acts..]];
        return Api + string.Join('/', segments);
    }
}
