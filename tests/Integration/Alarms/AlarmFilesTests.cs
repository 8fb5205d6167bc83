using System.Diagnostics;

namespace KkiaEvents.Tests.Integration.Alarms;

/// <summary>What Prometheus, Grafana and the handbook say of alarms fits together.</summary>
public class AlarmFilesTests
{
    [Theory]
    [InlineData("check", "rules", "prometheus/rules.yml")]
    [InlineData("check", "config", "prometheus/prometheus.yml")]
    public async Task Prometheus_takes_the_files(params string[] words)
    {
        Assert.SkipUnless(RunningPrometheus.IsInstalled, RunningPrometheus.HowToInstall);
        using var tool = Process.Start(new ProcessStartInfo("promtool", words) { WorkingDirectory = AlarmFiles.Infra, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await tool.StandardOutput.ReadToEndAsync() + await tool.StandardError.ReadToEndAsync();
        await tool.WaitForExitAsync();
        Assert.True(tool.ExitCode == 0, said);
    }

    [Fact]
    public async Task Prometheus_understands_each_expression_of_the_board()
    {
        Assert.SkipUnless(RunningPrometheus.IsInstalled, RunningPrometheus.HowToInstall);
        await using var prometheus = await RunningPrometheus.StartAsync(AlarmFiles.Rules, new Dictionary<string, Uri> { ["nobody"] = new("http://127.0.0.1:1") });
        foreach (var expression in AlarmFiles.BoardsExpressions())
            await prometheus.HasAsync(expression);
    }

    [Fact]
    public void Each_alarm_says_what_happened_and_what_to_do_and_the_handbook_knows_it()
    {
        var handbook = File.ReadAllText(Path.Combine(AlarmFiles.Root(), "docs", "operations.md"));
        foreach (var alert in AlarmFiles.Rules.Split("- alert: ").Skip(1))
        {
            Assert.Contains("summary: ", alert, StringComparison.Ordinal);
            Assert.Contains("description: >-", alert, StringComparison.Ordinal);
            Assert.Contains($"`{alert.Split('\n')[0].Trim()}`", handbook, StringComparison.Ordinal);
        }
    }
}
