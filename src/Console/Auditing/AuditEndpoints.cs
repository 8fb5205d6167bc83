using System.IO.Compression;
using KkiaEvents.Console.Access;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Operations;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Console.Auditing;

/// <summary>What an auditor asks, as <c>kkia list, show, as-of, rederive</c> and <c>export</c> do.</summary>
internal static class AuditEndpoints
{
    private static readonly string[] ListCriteria =
        ["state", "flag", "merchant", "order", "from", "to", "minAmount", "maxAmount", "method", "undelivered", "due", "limit", "after"];

    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        api.MapGet("/payments", ListAsync).Requires(ApiScope.Read).WithTags("Payments").WithSummary("Payments that fit, page by page")
            .WithDescription("Those first heard of last at the top. Give `next` as `after` for the next page.").ProducesProblem(400);
        api.MapGet("/stories", TellAsync).Requires(ApiScope.Read).WithTags("Audit").WithSummary("The whole story of a transaction or an order")
            .WithDescription("Each webhook with its raw body and how it was authenticated, each question to KKiaPay with its answer, the decision and its rule, the event on the bus and when the broker confirmed it, what operators did. With `asOf`, what was known then.")
            .ProducesProblem(400).ProducesProblem(404);
        api.MapGet("/rederivation", RederiveAsync).Requires(ApiScope.Read).WithTags("Audit").WithSummary("Take every decision again")
            .WithDescription("By this version's rules and today's policies, from the facts as stored. Lists each payment that would be decided otherwise; changes nothing. Reads the whole ledger.");
        api.MapGet("/export", ExportAsync).Requires(ApiScope.Read).WithTags("Audit").WithSummary("The streams and outcomes of a period")
            .WithDescription("A zip of events.ndjson, outcomes.csv and manifest.json; unpack it and check it anywhere with `kkia verify-export`. Payers' names and numbers are in it.")
            .Produces(200, contentType: "application/zip").ProducesProblem(400);
    }

    private static async Task<PaymentPage> ListAsync(
        string? state, string? flag, string? merchant, string? order, string? from, string? to, long? minAmount, long? maxAmount, string? method,
        bool? undelivered, bool? due, int? limit, string? after, HttpRequest request, PaymentQueries queries, CancellationToken cancellationToken)
    {
        OnlyKnown(request, ListCriteria);
        try
        {
            return await queries.ListAsync(
                new()
                {
                    State = Word<PaymentOutcome>("state", state), Flag = Word<FlagReason>("flag", flag), Merchant = merchant, OrderId = order, From = Time("from", from), To = Time("to", to),
                    MinAmount = minAmount, MaxAmount = maxAmount, Method = method, Undelivered = undelivered ?? false, Due = due ?? false, Limit = limit ?? 50, After = after,
                },
                cancellationToken);
        }
        catch (ArgumentException wrong)
        {
            throw new BadHttpRequestException(PaymentFilter.ProblemOf(wrong));
        }
    }

    private static async Task<IReadOnlyList<Story>> TellAsync(
        string of, string? asOf, HttpRequest request, PaymentStories stories, Merchants merchants, CancellationToken cancellationToken)
    {
        OnlyKnown(request, "of", "asOf");
        var time = Time("asOf", asOf);
        var found = await stories.FindAsync(of, time, [.. merchants.Names.DefaultIfEmpty(Merchants.Default)], cancellationToken);
        return found.Count > 0 ? found : throw new OperationRefusedException(
            Refusal.NotFound, time is { } at ? $"The ledger did not know '{of}' at {at:u}." : $"The ledger knows no transaction and no order '{of}'. Case counts.");
    }

    private static async Task<RederivationResult> RederiveAsync(EventReader events, TodaysPolicies policies, CancellationToken cancellationToken)
    {
        var latest = new Latest<RederivationProgress>();
        var disagreements = new List<Disagreement>();
        await foreach (var disagreement in new Rederivation(events, policies.Read()).RunAsync(latest, cancellationToken))
            disagreements.Add(disagreement);
        var end = latest.Value ?? new(0, 0, 0, 0);
        return new(end.Events, end.Payments, end.Decisions, end.ByOperators, disagreements);
    }

    private static async Task ExportAsync(
        string? from, string? to, HttpContext context, EventReader events, TodaysPolicies policies, TimeProvider time, CancellationToken cancellationToken)
    {
        OnlyKnown(context.Request, "from", "to");
        var (first, end) = (Time("from", from), Time("to", to));
        if (first >= end)
            throw new BadHttpRequestException("'from' must be before 'to'.");
        // Written whole before the first byte goes out: a broken export must not look like one that ended.
        var folder = Directory.CreateTempSubdirectory("kkia-export-");
        try
        {
            await new LedgerExport(events, policies.Read(), time).WriteAsync(folder.FullName, first, end, null, cancellationToken);
            context.Response.ContentType = "application/zip";
            context.Response.Headers.ContentDisposition = "attachment; filename=\"kkiaevents-export.zip\"";
            await using var zip = await ZipArchive.CreateAsync(context.Response.BodyWriter.AsStream(), ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
            foreach (var file in folder.EnumerateFiles().OrderBy(f => f.Name, StringComparer.Ordinal))
                await zip.CreateEntryFromFileAsync(file.FullName, file.Name, CompressionLevel.Fastest, cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // A criterion that is misspelt must not be a criterion that is not there.
    private static void OnlyKnown(HttpRequest request, params string[] names)
    {
        foreach (var name in request.Query.Keys.Where(k => !names.Contains(k, StringComparer.OrdinalIgnoreCase)))
            throw new BadHttpRequestException($"'{name}' is no parameter here: {string.Join(", ", names)}.");
    }

    private static T? Word<T>(string name, string? text) where T : struct, Enum =>
        text is null ? null : Words.TryParse<T>(text, out var word) ? word : throw new BadHttpRequestException($"'{name}' {Words.ProblemOf<T>(text)}");

    private static DateTimeOffset? Time(string name, string? text) =>
        text is null ? null
        : UtcTime.TryParse(text, out var time) ? time
        : throw new BadHttpRequestException($"'{name}' is '{text}', which is no time. Write it as {UtcTime.Form.Replace("+", "%2B", StringComparison.Ordinal)}.");

    private sealed class Latest<T> : IProgress<T>
    {
        public T? Value { get; private set; }

        public void Report(T value) => Value = value;
    }
}

/// <summary>What came of taking every decision again.</summary>
/// <param name="Events">How many stored events were read.</param>
/// <param name="Payments">How many payments they are about.</param>
/// <param name="Decisions">How many decisions were taken again.</param>
/// <param name="ByOperators">How many outcomes an operator's act led to.</param>
/// <param name="Disagreements">Each place where today's rules decide otherwise.</param>
internal sealed record RederivationResult(long Events, int Payments, long Decisions, long ByOperators, IReadOnlyList<Disagreement> Disagreements);
