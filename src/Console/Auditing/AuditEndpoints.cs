using System.Security.Claims;
using KkiaEvents.Console.Access;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Operations;
using KkiaEvents.ServiceDefaults;

namespace KkiaEvents.Console.Auditing;

/// <summary>What an auditor asks, as <c>kkia list, show, as-of, rederive</c> and <c>export</c> do.</summary>
internal static partial class AuditEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        api.MapGet("/payments", ListAsync).Requires(ApiScope.Read, BoundKeys.ByItself).WithTags("Payments").WithSummary("Payments that fit, page by page")
            .WithDescription("Those first heard of last at the top. Give `next` as `after` for the next page.").ProducesProblem(400);
        api.MapGet("/stories", TellAsync).Requires(ApiScope.Read, BoundKeys.ByItself).WithTags("Audit").WithSummary("The whole story of a transaction or an order")
            .WithDescription("Each webhook with its raw body and how it was authenticated, each question to KKiaPay with its answer, the decision and its rule, the event on the bus and when the broker confirmed it, what operators did. With `asOf`, what was known then.")
            .ProducesProblem(400).ProducesProblem(404);
        api.MapGet("/rederivation", RederiveAsync).Requires(ApiScope.Read).WithTags("Audit").WithSummary("Take every decision again")
            .WithDescription("By this version's rules and today's policies, from the facts as stored. Lists each payment that would be decided otherwise; changes nothing. Reads the whole ledger, so one at a time.").ProducesProblem(429);
        api.MapGet("/export", ExportAsync).Requires(ApiScope.Read, BoundKeys.ByItself).WithTags("Audit").WithSummary("The streams and outcomes of a period")
            .WithDescription("A zip of events.ndjson, outcomes.csv and manifest.json; unpack it and check it anywhere with `kkia verify-export`. Payers' names and numbers are in it. Sent while it is read, one at a time; one that broke off does not unpack. A key that is bound to merchants gets theirs alone.")
            .Produces(200, contentType: "application/zip").ProducesProblem(400).ProducesProblem(429);
    }

    private static async Task<PaymentPage> ListAsync(
        string? state, string? flag, string? merchant, string? order, string? from, string? to, long? minAmount, long? maxAmount, string? method,
        bool? undelivered, bool? due, int? limit, string? after, PaymentQueries queries, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (merchant is not null)
            user.RequireMerchant(merchant);
        try
        {
            return await queries.ListAsync(
                new()
                {
                    State = Word<PaymentOutcome>("state", state), Flag = Word<FlagReason>("flag", flag), Merchant = merchant, Within = user.Within(), OrderId = order, From = Time("from", from), To = Time("to", to),
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
        string of, string? asOf, PaymentStories stories, Merchants merchants, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var time = Time("asOf", asOf);
        var within = user.Within();
        var found = await stories.FindAsync(of, time, within ?? [.. merchants.Names.DefaultIfEmpty(Merchants.Default)], within, cancellationToken);
        var whose = within is null ? "" : $" of {string.Join(", ", within)}";
        return found.Count > 0 ? found : throw new OperationRefusedException(
            Refusal.NotFound, time is { } at ? $"The ledger did not know '{of}'{whose} at {at:u}." : $"The ledger knows no transaction and no order '{of}'{whose}. Case counts.");
    }

    private static async Task<RederivationResult> RederiveAsync(WholeLedger ledger, EventReader events, TodaysPolicies policies, CancellationToken cancellationToken)
    {
        using var turn = ledger.Take();
        var latest = new Latest<RederivationProgress>();
        var disagreements = new List<Disagreement>();
        await foreach (var disagreement in new Rederivation(events, policies.Read()).RunAsync(latest, cancellationToken))
            disagreements.Add(disagreement);
        var end = latest.Value ?? new(0, 0, 0, 0);
        return new(end.Events, end.Payments, end.Decisions, end.ByOperators, disagreements);
    }

    private static async Task ExportAsync(
        string? from, string? to, HttpContext context, WholeLedger ledger, EventReader events, TodaysPolicies policies, TimeProvider time, ClaimsPrincipal user,
        ILogger<WholeLedger> log, CancellationToken cancellationToken)
    {
        var (first, end) = (Time("from", from), Time("to", to));
        if (first >= end)
            throw new BadHttpRequestException("'from' must be before 'to'.");
        using var turn = ledger.Take();
        await using var export = await new LedgerExport(events, policies.Read(), time).OpenAsync(new(first, end, user.Within()), cancellationToken);
        context.Response.ContentType = "application/zip";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"kkiaevents-export.zip\"";
        await context.Response.StartAsync(cancellationToken);
        try
        {
            await using var answer = new PatientStream(context.Response.BodyWriter, Patience, time);
            await export.WriteAsync(answer, cancellationToken);
        }
        catch (Exception e)
        {
            // 200 is already sent. Cut the connection, so that the client notices; a clean end would look complete.
            context.Abort();
            if (!cancellationToken.IsCancellationRequested)
                LogBrokenOff(log, user.Who(), e.Message, e);
        }
    }

    private static T? Word<T>(string name, string? text) where T : struct, Enum =>
        text is null ? null : Words.TryParse<T>(text, out var word) ? word : throw new BadHttpRequestException($"'{name}' {Words.ProblemOf<T>(text)}");

    private static DateTimeOffset? Time(string name, string? text) =>
        text is null ? null
        : UtcTime.TryParse(text, out var time) ? time
        : throw new BadHttpRequestException($"'{name}' is '{text}', which is no time. Write it as {UtcTime.Form.Replace("+", "%2B", StringComparison.Ordinal)}.");

    [LoggerMessage(Level = LogLevel.Error, Message = "The export for {By} broke off: {Problem} Its client was cut off; ask for it again")]
    private static partial void LogBrokenOff(ILogger log, string by, string problem, Exception exception);

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
