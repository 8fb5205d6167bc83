using System.Globalization;
using System.Net;
using System.Text;
using KkiaEvents.Chaos.Judging;
using KkiaEvents.Chaos.Observing;

namespace KkiaEvents.Chaos.Reporting;

/// <summary>How a run was made.</summary>
/// <param name="Seed">What the dice began with.</param>
/// <param name="Duration">How long faults were done.</param>
/// <param name="PerSecond">Payments a second.</param>
/// <param name="Ended">When the last fault was healed, UTC.</param>
internal sealed record RunFacts(int Seed, TimeSpan Duration, double PerSecond, DateTimeOffset Ended);

/// <summary>A page that stands for itself: the verdict, the picture, the counts by fault, and every finding.</summary>
internal static class HtmlReport
{
    public static string Of(RunFacts run, History history, Judgement judgement, IReadOnlyCollection<BacklogSample> backlog, IReadOnlyCollection<string> refused)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $$"""
            <!doctype html><html lang="en"><meta charset="utf-8"><title>Chaos run, seed {{run.Seed}}</title>
            <style>
              body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2rem auto; padding: 0 1rem; color: #222 }
              table { border-collapse: collapse } td, th { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #ddd } td:first-child, th:first-child { text-align: left }
              .right { color: #17692f } .wrong { color: #b00020 } svg { width: 100%; height: auto; font: 11px system-ui, sans-serif }
            </style>
            <h1>Chaos run: <span class="{{(judgement.IsRight ? "right\">right" : "wrong\">wrong")}}</span></h1>
            <p>Seed {{run.Seed}}, {{run.Duration.TotalMinutes:0.#}} minutes of faults, {{run.PerSecond:0.#}} payments a second, healed {{run.Ended:yyyy-MM-dd HH:mm:ss}} UTC.
            Every 2xx, and every announcement that the broker confirmed, must end in exactly one outcome delivered, or in something that the ledger still holds open.</p>
            """);
        Table(page, ["", "count", "must be"],
        [
            ["webhooks attempted", $"{judgement.Attempted}", ""],
            ["webhooks acknowledged (2xx)", $"{judgement.Acknowledged}", ""],
            ["payments that are owed an outcome", $"{judgement.Owed}", ""],
            ["payments whose outcome was delivered", $"{judgement.Delivered}", ""],
            ["owed, still open in the ledger", $"{judgement.Open}", ""],
            ["lost", $"{judgement.Lost.Count}", "0"],
            ["doubled OrderPaid or OrderRefunded", $"{judgement.Doubled.Count}", "0"],
            ["unexpected", $"{judgement.Unexpected.Count}", "0"],
            ["dead-lettered", $"{judgement.DeadLettered.Count}", "0"],
            ["repeated (same event id)", $"{judgement.Repeated}", "any"],
            ["recovered (delivered, no 2xx heard)", $"{judgement.Recovered}", "any"],
        ]);
        page.Append("<h2>What happened when</h2>").Append(Timeline.Draw(history, backlog));
        page.Append("<h2>By fault</h2><p>Tries of webhooks that were sent while it was on; a payment can be in several rows.</p>");
        Table(page, ["fault", "times", "attempted", "acknowledged", "payments", "lost", "doubled", "recovered"],
            judgement.ByFault.Select(one => new[]
            {
                one.Kind, $"{one.Times}", $"{one.Attempted}", $"{one.Acknowledged}", $"{one.Payments}", $"{one.Lost}", $"{one.Doubled}", $"{one.Recovered}",
            }));
        Findings(page, "Lost", judgement.Lost);
        Findings(page, "Doubled", judgement.Doubled);
        Findings(page, "Unexpected", judgement.Unexpected);
        Findings(page, "Dead-lettered", judgement.DeadLettered);
        Findings(page, "Faults that could not be done, because another was on", refused);
        return page.ToString();
    }

    private static void Table(StringBuilder page, IEnumerable<string> heads, IEnumerable<string[]> rows)
    {
        page.Append("<table><tr>").AppendJoin("", heads.Select(head => $"<th>{Escape(head)}</th>")).Append("</tr>");
        foreach (var row in rows)
            page.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Escape(cell)}</td>")).Append("</tr>");
        page.Append("</table>");
    }

    private static void Findings(StringBuilder page, string title, IReadOnlyCollection<string> findings)
    {
        if (findings.Count > 0)
            page.Append(CultureInfo.InvariantCulture, $"<h2>{title}</h2><ul>").AppendJoin("", findings.Select(one => $"<li>{Escape(one)}</li>")).Append("</ul>");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
