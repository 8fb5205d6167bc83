using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace KkiaEvents.Tests.Integration.Alarms;

/// <summary>Grafana's board can be read: nothing hides anything else, and each panel says what it shows and in which unit.</summary>
public sealed partial class BoardTests : IDisposable
{
    private readonly JsonDocument _board = JsonDocument.Parse(AlarmFiles.Board);

    private List<JsonElement> Panels => [.. _board.RootElement.GetProperty("panels").EnumerateArray()];

    private List<JsonElement> Charts => [.. Panels.Where(p => Text(p, "type") != "row")];

    [Fact]
    public void No_panel_lies_over_another_or_beyond_the_edge()
    {
        var cells = Panels.SelectMany(Cells).ToList();
        Assert.NotEmpty(cells);
        Assert.All(cells, c => Assert.InRange(c.X, 0, 23));
        Assert.Empty(cells.GroupBy(c => c).Where(c => c.Count() > 1).Select(c => c.Key));
    }

    [Fact]
    public void Each_panel_says_what_it_shows_and_in_which_unit() => Assert.All(Charts, panel =>
    {
        Assert.NotEmpty(Text(panel, "title"));
        Assert.NotEmpty(Text(panel, "description"));
        Assert.NotEmpty(Text(panel.GetProperty("fieldConfig").GetProperty("defaults"), "unit"));
    });

    [Fact]
    public void Each_panel_has_an_id_of_its_own_and_asks_the_data_source_that_is_provisioned()
    {
        Assert.Equal(Panels.Count, Panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
        var asked = Charts.Concat(Charts.SelectMany(Targets)).Select(p => Text(p.GetProperty("datasource"), "uid"));
        Assert.Equal([ProvisionedDataSource()], asked.Distinct());
    }

    [Fact]
    public void Each_legend_names_labels_that_its_expression_keeps() => Assert.All(Charts.SelectMany(Targets), target =>
    {
        var kept = By().Matches(Text(target, "expr")).SelectMany(m => m.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries));
        Assert.Subset(kept.ToHashSet(), LegendLabel().Matches(Text(target, "legendFormat")).Select(m => m.Groups[1].Value).ToHashSet());
    });

    public void Dispose() => _board.Dispose();

    private static IEnumerable<JsonElement> Targets(JsonElement panel) => panel.GetProperty("targets").EnumerateArray();

    private static IEnumerable<(int X, int Y)> Cells(JsonElement panel)
    {
        var at = panel.GetProperty("gridPos");
        return from x in Enumerable.Range(Number("x"), Number("w")) from y in Enumerable.Range(Number("y"), Number("h")) select (x, y);

        int Number(string name) => at.GetProperty(name).GetInt32();
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static string ProvisionedDataSource()
    {
        using var file = File.OpenText(Path.Combine(AlarmFiles.Infra, "grafana", "provisioning", "datasources", "prometheus.yml"));
        var yaml = new YamlStream();
        yaml.Load(file);
        return ((YamlScalarNode)yaml.Documents[0].RootNode["datasources"][0]["uid"]).Value!;
    }

    [GeneratedRegex(@"by \(([^)]*)\)")]
    private static partial Regex By();

    [GeneratedRegex(@"\{\{\s*(\w+)\s*\}\}")]
    private static partial Regex LegendLabel();
}
