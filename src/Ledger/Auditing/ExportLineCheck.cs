using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Checks the lines of an export, one after the other.</summary>
internal sealed class ExportLineCheck(
    ExportManifest manifest, ExportTally tally, ExportFileReader rows, Func<string, IReadOnlyList<string>> secretsOf, Action<ExportProblem> report)
{
    private readonly DecisionFold _fold = new(merchant => manifest.Policies.GetValueOrDefault(merchant) ?? new OrderPolicy());
    private readonly Dictionary<string, long> _versions = [];
    // Where the answers are that no outcome followed: the only lines that the end of the file can throw a light on.
    private readonly Dictionary<long, (long Line, bool Context)> _answers = [];
    private string? _alternative;
    private long _number;
    private long _position;
    private long _proven;
    private long _unchecked;
    private long _shared;

    public string Chain { get; private set; } = ExportLine.Start;

    public ExportCheck Result(long lines) => new(lines, _fold.Decisions, _proven, _unchecked, _shared, _fold.ByOperators);

    public async Task HeadAsync(CancellationToken cancellationToken)
    {
        if (Text(await rows.NextAsync(cancellationToken)) != ExportRow.Head)
            report(new(ExportManifest.OutcomesFile, 1, "is not the head line of this format."));
    }

    public async Task CheckAsync(long at, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        void Wrong(string problem) => report(new(ExportManifest.EventsFile, at, problem));
        Linked(line, Wrong);
        StoredEvent e;
        bool context;
        try
        {
            (var number, e, context) = ExportLine.Read(line);
            if (number != _number + 1)
                Wrong(string.Create(CultureInfo.InvariantCulture, $"is numbered {number} where {_number + 1} is next: lines are missing or in another order."));
            _number = number;
        }
        catch (JsonException notOne)
        {
            Wrong($"is no line of an export: {notOne.Message}");
            _number++;
            return;
        }

        if (e.Position <= _position)
            Wrong($"has position {e.Position} after {_position}.");
        _position = e.Position;
        var before = _versions.GetValueOrDefault(e.StreamId);
        if (e.Version != before + 1)
            Wrong($"is event {e.Version} of stream {e.StreamId} after event {before}: the stream is not whole.");
        _versions[e.StreamId] = e.Version;
        if (context == tally.InPeriod(e))
            Wrong("is marked wrongly as in or out of the period.");

        Authentic(e, Wrong);
        if (_fold.Add(e) is { } disagreement && !context)
            Wrong($"{disagreement.StreamId}: {disagreement.Detail}");
        if (e.Type is "verification_answered" or "verification_unanswered")
            _answers[e.Position] = (at, context);
        else if (StoredEvent.IsOutcome(e.Type))
            _answers.Remove(e.Position - 1);
        await CountAsync(e, context, cancellationToken);
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        foreach (var missing in _fold.Finish())
        {
            var (line, context) = _answers.GetValueOrDefault(missing.Position);
            if (!context)
                report(new(ExportManifest.EventsFile, line == 0 ? null : line, $"{missing.StreamId}: {missing.Detail}"));
        }

        while (await rows.NextAsync(cancellationToken) is not null)
            report(new(ExportManifest.OutcomesFile, rows.Line, "is a row of no exported outcome."));
    }

    private void Linked(ReadOnlyMemory<byte> line, Action<string> wrong)
    {
        var said = line.Length > ExportLine.TailLength ? Encoding.Latin1.GetString(line.Span[^ExportLine.TailLength..]) : "";
        if (!said.StartsWith(",\"chain\":\"", StringComparison.Ordinal) || !said.EndsWith("\"}", StringComparison.Ordinal))
        {
            wrong("has no chain value at its end.");
            return;
        }

        said = said[10..^2];
        var content = line.Span[..^ExportLine.TailLength];
        var linked = ExportLine.Link(Chain, content);
        // After a broken link, either the value that the line says or the one that it should have is what the next was linked to.
        if (linked != said && _alternative is { } alternative && ExportLine.Link(alternative, content) == said)
            linked = said;
        _alternative = linked == said ? null : linked;
        if (linked != said)
            wrong("is not what was written: its content, or a line before it, was changed or is missing.");
        Chain = said;
    }

    private void Authentic(StoredEvent e, Action<string> wrong)
    {
        if (e.Type != "webhook_recorded" || Claim(e) is not { } claim)
            return;
        var body = Encoding.UTF8.GetBytes(claim.Body);
        if (Convert.ToHexStringLower(SHA256.HashData(body)) != claim.BodySha256)
            wrong($"{e.StreamId}: the raw body is not the one whose digest was recorded.");
        if (claim.Signature is null)
            _shared++;
        else if (secretsOf(StoredEvent.PaymentAt(e.StreamId)?.Merchant ?? "") is not { Count: > 0 } secrets)
            _unchecked++;
        else if (WebhookSignature.Check(body, claim.Signature, secrets) is SignatureForm.Hmac or SignatureForm.HmacOfStringified)
            _proven++;
        else
            wrong($"{e.StreamId}: the raw body's signature is not one that any of the given secrets makes.");
    }

    private async Task CountAsync(StoredEvent e, bool context, CancellationToken cancellationToken)
    {
        if (context || !StoredEvent.IsOutcome(e.Type))
        {
            tally.Add(e, null);
            return;
        }

        using var outcome = JsonDocument.Parse(e.Data);
        tally.Add(e, outcome.RootElement);
        var row = Text(await rows.NextAsync(cancellationToken));
        if (row != ExportRow.Of(e, outcome.RootElement) && row != ExportRow.OfEarlier(e, outcome.RootElement))
            report(new(ExportManifest.OutcomesFile, row is null ? null : rows.Line, row is null ? $"has no row for outcome {e.Id}." : $"is not the row of outcome {e.Id} (line {_number} of {ExportManifest.EventsFile})."));
    }

    private static WebhookRecorded? Claim(StoredEvent e)
    {
        try
        {
            return e.Read() as WebhookRecorded;
        }
        catch (JsonException)
        {
            // The fold names it.
            return null;
        }
    }

    private static string? Text(ReadOnlyMemory<byte>? line) => line is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
}
