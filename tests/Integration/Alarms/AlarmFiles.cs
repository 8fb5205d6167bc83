using System.Text.Json;

namespace KkiaEvents.Tests.Integration.Alarms;

/// <summary>The files under infra/ that Prometheus and Grafana load.</summary>
internal static class AlarmFiles
{
    public static string Infra { get; } = Path.Combine(Root(), "infra");

    public static string Rules => File.ReadAllText(Path.Combine(Infra, "prometheus", "rules.yml"));

    public static string Board => File.ReadAllText(Path.Combine(Infra, "grafana", "dashboards", "kkiaevents.json"));

    public static List<string> BoardsExpressions()
    {
        using var board = JsonDocument.Parse(Board);
        return [.. board.RootElement.GetProperty("panels").EnumerateArray().Where(p => p.TryGetProperty("targets", out _))
            .SelectMany(p => p.GetProperty("targets").EnumerateArray()).Select(t => t.GetProperty("expr").GetString()!)];
    }

    public static string Root()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "KkiaEvents.sln")))
            root = root.Parent;
        return root.FullName;
    }
}
