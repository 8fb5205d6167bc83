using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using KkiaEvents.Bench.Running;

namespace KkiaEvents.Bench.Observing;

/// <summary>Where figures come from: without it they say nothing.</summary>
internal sealed record MachineFacts(
    string Processor,
    int Cores,
    double MemoryGiB,
    string OperatingSystem,
    string DotNet,
    string PostgreSql,
    string RabbitMq,
    string Marten,
    string MassTransit,
    string LoadAverageAtStart,
    DateTimeOffset At)
{
    public static async Task<MachineFacts> ReadAsync(BenchSystem system, CancellationToken cancellation) => new(
        Field("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Math.Pow(2, 30), 1),
        RuntimeInformation.OSDescription,
        Environment.Version.ToString(),
        await LedgerRows.ServerVersionAsync(system.LedgerConnection, cancellation).ConfigureAwait(false) + ", fsync and synchronous_commit on",
        system.Backing.Broker.Description.Split(',')[0]["RabbitMQ ".Length..] + ", one node, quorum queue",
        VersionOf(system, "Marten"),
        VersionOf(system, "MassTransit"),
        LoadAverage(),
        DateTimeOffset.UtcNow);

    public static string LoadAverage() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";

    private static string VersionOf(BenchSystem system, string assembly)
    {
        var path = Path.Combine(Path.GetDirectoryName(system.Layout.Program("src/Processor", "KkiaEvents.Processor"))!, $"{assembly}.dll");
        return FileVersionInfo.GetVersionInfo(path).ProductVersion?.Split('+')[0] ?? "unknown";
    }

    private static string? Field(string file, string name) => !File.Exists(file) ? null : File.ReadLines(file)
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim().ToString(CultureInfo.InvariantCulture))
        .FirstOrDefault();
}
