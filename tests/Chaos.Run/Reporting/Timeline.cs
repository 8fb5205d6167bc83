using System.Globalization;
using System.Net;
using System.Text;
using KkiaEvents.Chaos.Judging;
using KkiaEvents.Chaos.Observing;

namespace KkiaEvents.Chaos.Reporting;

/// <summary>An SVG of three bands over one axis of time: faults, backlog, and how long outcomes took.</summary>
internal static class Timeline
{
    private const double Left = 210, Width = 860, Row = 16, Band = 150, Gap = 40;
    private static readonly double[] Latencies = [0.01, 0.1, 1, 10, 100];

    public static string Draw(History history, IReadOnlyCollection<BacklogSample> backlog)
    {
        if (history.Tries.Count == 0)
            return "<p>No webhook was sent.</p>";
        var from = history.Tries[0].At;
        var to = new[] { history.Tries[^1].At, history.Delivered.Select(one => one.At).DefaultIfEmpty(from).Max(), from.AddSeconds(1) }.Max();
        var kinds = history.Faults.Select(fault => fault.Kind).Distinct().Order(StringComparer.Ordinal).ToList();
        var backlogTop = 20 + kinds.Count * Row + Gap;
        var latencyTop = backlogTop + Band + Gap;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Left + Width + 20} {latencyTop + Band + 30}\" role=\"img\" aria-label=\"Faults, backlog and latency over time\">");
        for (var second = 0; from.AddSeconds(second) <= to; second += 30)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(from.AddSeconds(second)):0.#}\" y1=\"12\" x2=\"{X(from.AddSeconds(second)):0.#}\" y2=\"{latencyTop + Band}\" stroke=\"#eee\"/>");
            Text(svg, X(from.AddSeconds(second)), latencyTop + Band + 16, $"{second} s", "middle");
        }

        for (var n = 0; n < kinds.Count; n++)
        {
            Text(svg, Left - 6, 30 + n * Row, kinds[n], "end");
            foreach (var fault in history.Faults.Where(fault => fault.Kind == kinds[n]))
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{X(fault.From):0.#}\" y=\"{20 + n * Row}\" width=\"{Math.Max(1, X(fault.To) - X(fault.From)):0.#}\" height=\"{Row - 4}\" fill=\"#c8553d\"/>");
        }

        DrawBacklog(svg, backlog, backlogTop, X);
        DrawLatency(svg, history, latencyTop, X);
        return svg.Append("</svg>").ToString();

        double X(DateTimeOffset at) => Left + Width * ((at - from) / (to - from));
    }

    private static void DrawBacklog(StringBuilder svg, IReadOnlyCollection<BacklogSample> backlog, double top, Func<DateTimeOffset, double> x)
    {
        var lines = new (string Name, string Colour, Func<BacklogSample, double?> Of)[]
        {
            ("webhooks in the queue", "#2f5d8a", one => one.Queued),
            ("payments to ask about", "#d39e00", one => one.Due),
            ("outcomes to deliver", "#17692f", one => one.Undelivered),
        };
        var most = Math.Max(1, lines.Max(line => backlog.Select(line.Of).DefaultIfEmpty().Max() ?? 0));
        Frame(svg, top, "Backlog");
        Text(svg, Left - 6, top + 10, most.ToString("0", CultureInfo.InvariantCulture), "end");
        Text(svg, Left - 6, top + Band, "0", "end");
        for (var n = 0; n < lines.Length; n++)
        {
            // A gap where it could not be asked, not a line over it.
            var path = new StringBuilder();
            var pen = 'M';
            foreach (var sample in backlog.Where(sample => x(sample.At) is >= Left and <= Left + Width))
            {
                if (lines[n].Of(sample) is not { } value)
                {
                    pen = 'M';
                    continue;
                }

                path.Append(CultureInfo.InvariantCulture, $"{pen}{x(sample.At):0.#} {top + Band * (1 - value / most):0.#}");
                pen = 'L';
            }

            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" fill=\"none\" stroke=\"{lines[n].Colour}\" stroke-width=\"1.5\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left + 100 + n * 190}\" y=\"{top - 13}\" width=\"10\" height=\"10\" fill=\"{lines[n].Colour}\"/>");
            Text(svg, Left + 114 + n * 190, top - 4, lines[n].Name, "start");
        }
    }

    private static void DrawLatency(StringBuilder svg, History history, double top, Func<DateTimeOffset, double> x)
    {
        Frame(svg, top, "From the first 2xx to the first outcome (each dot a payment)");
        foreach (var seconds in Latencies)
            Text(svg, Left - 6, Y(seconds) + 4, string.Create(CultureInfo.InvariantCulture, $"{seconds} s"), "end");
        var first = history.Delivered.GroupBy(one => one.Transaction).ToDictionary(group => group.Key, group => group.Min(one => one.At));
        foreach (var acknowledged in history.Tries.Where(one => one.IsAcknowledged).GroupBy(one => one.Transaction))
        {
            if (first.TryGetValue(acknowledged.Key, out var at))
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x(acknowledged.Min(one => one.At)):0.#}\" cy=\"{Y((at - acknowledged.Min(one => one.At)).TotalSeconds):0.#}\" r=\"1.5\" fill=\"#2f5d8a\" fill-opacity=\".5\"/>");
        }

        double Y(double seconds) => top + Band * (1 - (Math.Log10(Math.Clamp(seconds, Latencies[0], Latencies[^1])) + 2) / 4);
    }

    private static void Frame(StringBuilder svg, double top, string title)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{top}\" width=\"{Width}\" height=\"{Band}\" fill=\"none\" stroke=\"#bbb\"/>");
        Text(svg, Left, top - 4, title, "start");
    }

    private static void Text(StringBuilder svg, double x, double y, string text, string anchor) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>");
}
